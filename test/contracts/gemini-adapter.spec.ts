import { FILES_ONLY, gemini, INLINE } from './gemini.harness';
import { describeProviderAdapter } from './provider-adapter.contract';
import { describeProviderFaults } from './provider-faults.contract';

const LIMITS = { losesPartial: true, modelOnJob: true } as const;

describeProviderAdapter('Gemini, inline', () => gemini(INLINE), { ...LIMITS, inline: true });
describeProviderFaults('Gemini, inline', () => gemini(INLINE), { ...LIMITS, inline: true });
describeProviderAdapter('Gemini, by file', () => gemini(FILES_ONLY), LIMITS);
describeProviderFaults('Gemini, by file', () => gemini(FILES_ONLY), LIMITS);
