import { z } from 'zod';
import type { Attributes } from '../base/attributes.ts';
import { Refused } from '../base/errors.ts';
import { attributeProblems, type DeclaredAttributes } from '../queue/declarations.ts';
import type { Principal } from './principal.ts';
import { seesSensitive } from './sensitive-view.ts';

const attributeValue = z.union([
  z.string().max(200),
  z.number(),
  z.boolean(),
  z.array(z.string().max(200)).max(50),
]);

/** Attributes in answers. */
export const attributesView = z
  .record(z.string(), attributeValue)
  .describe('What routing rules may look at; sensitive ones are shown to supervisors and admins only');

/** Attributes in bodies; `checkAttributes` says whether they are declared. */
export const attributesBody = z
  .record(z.string().max(40), attributeValue)
  .refine((attributes) => Object.keys(attributes).length <= 100, 'at most 100')
  .describe('What routing rules may look at, as the routing file declares it; replaced as a whole');

/** Attributes as this role may see them: what is not declared may be as sensitive as it likes. */
export function attributesFor(
  principal: Principal,
  declared: DeclaredAttributes,
): (attributes: Attributes | undefined) => z.output<typeof attributesView> {
  const seesAll = seesSensitive(principal);
  const isShown = (name: string): boolean =>
    seesAll || (Object.hasOwn(declared, name) && !declared[name]!.sensitive);
  return (attributes = {}) =>
    Object.fromEntries(
      Object.entries(attributes).flatMap(([name, value]) =>
        isShown(name) ? [[name, typeof value === 'object' ? [...value] : value] as const] : [],
      ),
    );
}

/** @throws Refused `bad-agent` or `bad-customer` for what the routing rules do not declare so */
export function checkAttributes(
  attributes: Attributes | undefined,
  declared: DeclaredAttributes,
  whose: 'agent' | 'customer',
): void {
  const issues = attributeProblems(attributes ?? {}, declared, whose === 'agent' ? 'agent' : 'caller').map(
    ({ name, problem }) => ({ at: `attributes.${name}`, problem }),
  );
  refuseIssues(`bad-${whose}`, issues);
}

/** @throws Refused with the sentences, when there are any */
export function refuseIssues(
  id: string,
  issues: readonly { readonly at: string; readonly problem: string }[],
): void {
  if (issues.length === 0) return;
  throw new Refused(id, issues.map(({ at, problem }) => `${at}: ${problem}`).join('; '), { issues });
}
