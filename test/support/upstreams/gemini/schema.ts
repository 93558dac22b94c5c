/** The messages that a request is made of. */
export type MessageName =
  | 'GenerateContentRequest'
  | 'EmbedContentRequest'
  | 'Content'
  | 'Part'
  | 'Blob'
  | 'FileData'
  | 'FunctionCall'
  | 'FunctionResponse'
  | 'Tool'
  | 'FunctionDeclaration'
  | 'ToolConfig'
  | 'FunctionCallingConfig'
  | 'GenerationConfig'
  | 'ThinkingConfig';

export type Scalar = 'text' | 'bytes' | 'number' | 'int' | 'flag' | 'any' | 'struct';

/** The type of a field: a scalar, one of some words, any object, a message of {@link MESSAGES}, or a list of one of these. */
export type Kind =
  Scalar | { readonly words: readonly string[] } | { readonly message: MessageName } | { readonly list: Kind };

const list = (kind: Kind): Kind => ({ list: kind });
const words = (...all: string[]): Kind => ({ words: all });

/** The vendor's messages, as its discovery document has them; what a chat or an embedding cannot use is left out. */
export const MESSAGES: Readonly<Record<MessageName, Readonly<Record<string, Kind>>>> = {
  GenerateContentRequest: {
    model: 'text',
    contents: list({ message: 'Content' }),
    systemInstruction: { message: 'Content' },
    tools: list({ message: 'Tool' }),
    toolConfig: { message: 'ToolConfig' },
    generationConfig: { message: 'GenerationConfig' },
    safetySettings: list('struct'),
    cachedContent: 'text',
  },
  EmbedContentRequest: {
    model: 'text',
    content: { message: 'Content' },
    taskType: 'text',
    title: 'text',
    outputDimensionality: 'int',
    embedContentConfig: 'struct',
  },
  Content: { role: 'text', parts: list({ message: 'Part' }) },
  Part: {
    text: 'text',
    thought: 'flag',
    thoughtSignature: 'bytes',
    inlineData: { message: 'Blob' },
    fileData: { message: 'FileData' },
    functionCall: { message: 'FunctionCall' },
    functionResponse: { message: 'FunctionResponse' },
  },
  Blob: { mimeType: 'text', data: 'bytes' },
  FileData: { mimeType: 'text', fileUri: 'text' },
  FunctionCall: { id: 'text', name: 'text', args: 'struct' },
  FunctionResponse: { id: 'text', name: 'text', response: 'struct' },
  Tool: { functionDeclarations: list({ message: 'FunctionDeclaration' }) },
  FunctionDeclaration: {
    name: 'text',
    description: 'text',
    parameters: 'struct',
    parametersJsonSchema: 'any',
    response: 'struct',
    responseJsonSchema: 'any',
  },
  ToolConfig: { functionCallingConfig: { message: 'FunctionCallingConfig' } },
  FunctionCallingConfig: { mode: words('AUTO', 'ANY', 'NONE', 'VALIDATED'), allowedFunctionNames: list('text') },
  GenerationConfig: {
    candidateCount: 'int',
    stopSequences: list('text'),
    maxOutputTokens: 'int',
    temperature: 'number',
    topP: 'number',
    topK: 'int',
    seed: 'int',
    presencePenalty: 'number',
    frequencyPenalty: 'number',
    responseLogprobs: 'flag',
    logprobs: 'int',
    responseMimeType: 'text',
    responseSchema: 'struct',
    responseJsonSchema: 'any',
    thinkingConfig: { message: 'ThinkingConfig' },
  },
  ThinkingConfig: {
    includeThoughts: 'flag',
    thinkingBudget: 'int',
    thinkingLevel: words('MINIMAL', 'LOW', 'MEDIUM', 'HIGH'),
  },
};
