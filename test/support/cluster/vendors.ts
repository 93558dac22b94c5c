import type { AnySimulator } from '../upstreams/kit/simulator';
import { SIMULATORS } from '../upstreams/simulators';

/** The only key that the simulated vendors of a cluster take. */
const UPSTREAM_KEY = 'simulated-key';

/** By the id of its provider: a model, and the word in a prompt that makes an item fail there. */
const VENDORS = {
  openai: { model: 'openai/gpt-4o-mini', failing: '#status:400' },
  groq: { model: 'groq/llama-3.1-8b-instant', failing: '#status:400' },
  anthropic: { model: 'anthropic/claude-haiku-4.5', failing: '#error:invalid_request_error' },
  gemini: { model: 'gemini/gemini-2.5-flash', failing: '#error:3' },
  mistral: { model: 'mistral/mistral-small-latest', failing: '#status:400' },
  fireworks: {
    model: 'fireworks/accounts/fireworks/models/llama-v3p1-8b-instruct',
    failing: '#status:400',
  },
} as const;
export type VendorId = keyof typeof VENDORS;
export const VENDOR_IDS = Object.keys(VENDORS) as VendorId[];

export function modelOf(vendor: VendorId): string {
  return VENDORS[vendor].model;
}

/** What makes an item whose prompt has it end with the vendor's error. */
export function failingWord(vendor: VendorId): string {
  return VENDORS[vendor].failing;
}

export function startSimulator(vendor: VendorId, stateMs: number): Promise<AnySimulator> {
  const start = SIMULATORS[vendor];
  if (!start) throw new Error(`There is no simulator of ${vendor}`);
  return start({ apiKey: UPSTREAM_KEY, stateMs });
}

/** The settings by which a process reaches a vendor at that address. */
export function vendorSettings(vendor: VendorId, url: string): Record<string, string> {
  const name = vendor.toUpperCase();
  return { [`${name}_API_KEY`]: UPSTREAM_KEY, [`${name}_BASE_URL`]: url };
}
