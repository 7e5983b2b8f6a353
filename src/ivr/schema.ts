import { z } from 'zod';
import { flowFrame, name, ways } from './grammar.ts';
import { sharedFile } from './shared.ts';
import type { StepKind } from './step.ts';

/** A JSON Schema, draft 7: what editors understand. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A map with so few possible names offers each of them. */
const FEW_NAMES = 8;

/** What a flow file may say. */
export function flowSchema(kinds: readonly StepKind[]): JsonSchema {
  const frame = plainSchema(flowFrame) as { readonly properties: JsonSchema };
  const steps = { ...(frame.properties.steps as JsonSchema), additionalProperties: stepSchema(kinds) };
  return {
    ...headOf('flow', 'Flow', 'A flow of the IVR: what callers hear and where they are led.'),
    ...frame,
    properties: { ...frame.properties, steps },
  };
}

/** What the file `shared.yaml` may say. */
export function sharedSchema(): JsonSchema {
  const about = 'What all flows have in common: time zone, opening hours, personas, prompts, limits.';
  return { ...headOf('shared', 'Shared settings of flows', about), ...plainSchema(sharedFile) };
}

/** What a file of flow tests may say. @param file the definition of such a file */
export function flowTestSchema(file: z.ZodType): JsonSchema {
  const about = 'Tests of flows: who calls, what he does, what he hears.';
  return { ...headOf('test', 'Flow tests', about), ...plainSchema(file) };
}

/** What the routing file may say. @param file the definition of such a file */
export function routingSchema(file: z.ZodType): JsonSchema {
  const about = 'Which agent for which caller: order, tiers, skills, attributes, queues.';
  return { ...headOf('routing', 'Routing rules', about), ...plainSchema(file) };
}

/** What a file of contact policies, or that of a regulator, may say. @param file the definition of such a file */
export function contactSchema(id: 'contact-policy' | 'regulator', file: z.ZodType): JsonSchema {
  const about =
    id === 'regulator'
      ? 'The rules of a regulator: when, how often and how people may be called.'
      : 'Whom outbound campaigns may call, when and how often.';
  const title = id === 'regulator' ? 'Rules of a regulator' : 'Contact policies';
  return { ...headOf(id, title, about), ...plainSchema(file) };
}

/** The schema as it is kept in a file: short lists of plain values on one line, as the formatter of this project wants it. */
export function schemaText(schema: JsonSchema): string {
  return `${textOf(schema, '', 0)}\n`;
}

function headOf(id: string, title: string, description: string): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: `urn:carillon:${id}`,
    title,
    description,
  };
}

// ── steps ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** One verb with its arguments, and where its ways out lead. */
function stepSchema(kinds: readonly StepKind[]): JsonSchema {
  const verbs = kinds.map((kind) => [kind.verb, verbSchema(kind)]);
  const step = plainSchema(name);
  const anyWays = {
    description: 'Where each way out leads: one step for all, or a step per way out',
    ...plainSchema(ways),
  };
  const otherwise = { ...step, description: 'The step for every way out that nothing else leads on' };
  return {
    description: `A step: one of ${kinds.map((kind) => kind.verb).join(', ')}`,
    type: 'object',
    // biome-ignore lint/suspicious/noThenProperty: the word of the flow language
    properties: { ...Object.fromEntries(verbs), then: anyWays, otherwise },
    additionalProperties: false,
    oneOf: kinds.map(({ verb }) => ({ required: [verb] })),
    allOf: kinds.map((kind) => ifVerb(kind, step)),
  };
}

function verbSchema(kind: StepKind): JsonSchema {
  const { description, ...args } = plainSchema(kind.args);
  return { description: [kind.summary, description].filter((part) => part !== undefined).join(' '), ...args };
}

/** What the verb of a step means for its `then`. */
function ifVerb(kind: StepKind, step: JsonSchema): JsonSchema {
  // biome-ignore lint/suspicious/noThenProperty: the word of JSON Schema
  return { if: { required: [kind.verb] }, then: thenOf(kind, step) };
}

function thenOf(kind: StepKind, step: JsonSchema): JsonSchema {
  const { exits, open } = fixedExits(kind);
  if (exits.length === 0 && !open)
    return { not: { anyOf: [{ required: ['then'] }, { required: ['otherwise'] }] } };
  const each = {
    type: 'object',
    properties: Object.fromEntries(exits.map((exit) => [exit, step])),
    additionalProperties: open ? step : false,
  };
  // biome-ignore lint/suspicious/noThenProperty: the word of the flow language
  return { properties: { then: { anyOf: [step, each] } } };
}

/** The ways out that a verb has whatever its arguments are; `open` when these, or another flow, may add some. */
function fixedExits(kind: StepKind): { readonly exits: readonly string[]; readonly open: boolean } {
  let asked = false;
  // Arguments that have everything, and all of it empty.
  const args = new Proxy([] as unknown as object, {
    get: (target, key) => {
      asked = true;
      return Reflect.get(target, key) ?? {};
    },
  });
  const exits = kind.exits(args);
  return { exits, open: asked || kind.comesBack === true };
}

// ── from the definition in code ──────────────────────────────────────────────────────────────────────────────────────

/** What may be written, before it is transformed. */
function plainSchema(definition: z.ZodType): JsonSchema {
  const { $schema: _draft, ...schema } = z.toJSONSchema(definition, {
    io: 'input',
    target: 'draft-7',
    override: ({ zodSchema, jsonSchema }) => {
      spellOutNames(jsonSchema);
      addDefault(zodSchema, jsonSchema);
    },
  });
  return schema;
}

/** Editors complete properties, not the names that a map may have. */
function spellOutNames(schema: z.core.JSONSchema.BaseSchema): void {
  const { propertyNames, additionalProperties } = schema;
  const names = typeof propertyNames === 'object' ? propertyNames.enum : undefined;
  if (!names || names.length > FEW_NAMES) return;
  schema.properties = Object.fromEntries(names.map((one) => [String(one), additionalProperties ?? {}]));
  schema.additionalProperties = false;
  delete schema.propertyNames;
}

/** Times are written as text and kept in ms, so their defaults have to be written again. */
function addDefault(definition: z.core.$ZodTypes, schema: z.core.JSONSchema.BaseSchema): void {
  const { def } = definition._zod;
  if (def.type !== 'default' || schema.type !== 'string' || typeof def.defaultValue !== 'number') return;
  schema.default = def.defaultValue % 1000 === 0 ? `${def.defaultValue / 1000}s` : `${def.defaultValue}ms`;
}

// ── text ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

const LINE_WIDTH = 110;

/** @param before columns that stand on the line already */
function textOf(value: unknown, indent: string, before: number): string {
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    const line = `[${value.map((one) => JSON.stringify(one)).join(', ')}]`;
    const isPlain = value.every((one) => typeof one !== 'object');
    // The comma after it counts too.
    if (isPlain && before + line.length < LINE_WIDTH) return line;
    return `[\n${value.map((one) => deeper + textOf(one, deeper, deeper.length)).join(',\n')}\n${indent}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, one]) => {
    const start = `${deeper}${JSON.stringify(key)}: `;
    return start + textOf(one, deeper, start.length);
  });
  return entries.length === 0 ? '{}' : `{\n${entries.join(',\n')}\n${indent}}`;
}
