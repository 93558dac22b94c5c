import type { JsonText } from '../../translation/raw-json';

/** What we send of the vendor's GenerateContentRequest; `JsonText` stands for an object whose JSON is the caller's own. */
export interface GenerateRequest {
  readonly contents: Turn[];
  readonly systemInstruction?: { readonly parts: TextPart[] };
  readonly tools?: { readonly functionDeclarations: Declaration[] }[];
  readonly toolConfig?: { readonly functionCallingConfig: CallingConfig };
  readonly generationConfig?: GenerationConfig;
}

export interface Turn {
  readonly role: 'user' | 'model';
  readonly parts: Part[];
}

export type Part = TextPart | InlinePart | FilePart | CallPart | AnswerPart;

export interface TextPart {
  readonly text: string;
  readonly thoughtSignature?: string;
}

export interface InlinePart {
  readonly inlineData: { readonly mimeType: string; readonly data: string };
}

export interface FilePart {
  readonly fileData: { readonly fileUri: string };
}

export interface CallPart {
  readonly functionCall: { readonly id: string; readonly name: string; readonly args: JsonText };
  readonly thoughtSignature?: string;
}

export interface AnswerPart {
  readonly functionResponse: {
    readonly id: string;
    readonly name: string;
    readonly response: { readonly result: string | string[] };
  };
}

export interface Declaration {
  readonly name: string;
  readonly description?: string;
  readonly parametersJsonSchema?: JsonText;
}

export interface CallingConfig {
  readonly mode: 'AUTO' | 'ANY' | 'NONE' | 'VALIDATED';
  readonly allowedFunctionNames?: string[];
}

export const LEVELS = ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH'] as const;

export interface GenerationConfig {
  readonly maxOutputTokens?: number;
  readonly stopSequences?: string[];
  readonly temperature?: number;
  readonly topP?: number;
  readonly seed?: number;
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  readonly responseLogprobs?: boolean;
  readonly logprobs?: number;
  readonly responseMimeType?: 'application/json';
  readonly responseJsonSchema?: JsonText;
  readonly thinkingConfig?: { readonly thinkingLevel: (typeof LEVELS)[number] } | { readonly thinkingBudget: number };
}
