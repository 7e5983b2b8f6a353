/** A telephone on the desk, or the one in the page of an agent. */
export type PhoneKind = 'desk' | 'web';

const WEB = 'web-';
/** What an id may be made of to be part of the name of a phone. */
const NAMES_A_PHONE = /^[0-9A-Za-z_-]{1,28}$/;

/** The extension of an agent's phone in the page. Nobody can dial it: no number of a flow has letters. */
export function webPhoneOf(agent: string): string {
  return `${WEB}${agent}`;
}

/** True for the extension of a phone in the page of some agent. */
export function isWebPhone(extension: string): boolean {
  return extension.startsWith(WEB);
}

/** True for an agent who can serve callers in his page: all but those who are reached elsewhere alone. */
export function hasWebPhone(agent: {
  readonly id: string;
  readonly homeExtension: string;
  readonly outside?: object | undefined;
}): boolean {
  return NAMES_A_PHONE.test(agent.id) && (agent.homeExtension !== '' || agent.outside === undefined);
}

/** The phone by which an agent is known at `extension`: of the one in his page it is the one on his desk, if he has one. */
export function numberOf({ homeExtension }: { readonly homeExtension: string }, extension: string): string {
  return isWebPhone(extension) && homeExtension !== '' ? homeExtension : extension;
}

/** True when that agent may log in there: at any phone on a desk, and at his own in the page. */
export function mayLogInAt(extension: string, agent: string): boolean {
  return !isWebPhone(extension) || extension === webPhoneOf(agent);
}
