import type { Rig } from '../rig.ts';
import { CalledCall } from '../sip/called-call.ts';
import { CallerCall } from '../sip/caller-call.ts';
import { register } from '../sip/register.ts';
import { SipSocket } from '../sip/socket.ts';
import { StallMeter } from '../stalls.ts';

/** What somebody does who is called. */
export type Behaviour = (call: CalledCall) => void;

/** Answers at once, talks all the time, and stays. */
export const answersAndTalks: Behaviour = (call) => {
  call.audio.talks = true;
  call.answer();
};

/** The centre that they are around. */
type Place = Pick<Rig, 'server' | 'settings' | 'phones'>;

/** Everybody outside of the centre, and the agents' phones. */
export class Town {
  readonly stalls = new StallMeter();
  /** Everybody who was called, in order. */
  readonly called: CalledCall[] = [];
  readonly #callers: SipSocket;
  readonly #trunk: SipSocket;
  readonly #phones: SipSocket[] = [];
  readonly #rig: Place;
  readonly #callsMade = new Set<CallerCall>();
  #count = 0;

  private constructor(rig: Place, callers: SipSocket, trunk: SipSocket) {
    this.#rig = rig;
    this.#callers = callers;
    this.#trunk = trunk;
  }

  static async open(rig: Place, trunk: Behaviour = answersAndTalks): Promise<Town> {
    const callers = await SipSocket.open(rig.server);
    const town = new Town(rig, callers, await SipSocket.open(rig.server, rig.settings.trunk.port));
    town.#behave(town.#trunk, trunk);
    return town;
  }

  /** A new caller, with a number of his own, dials. */
  async dial(number: string): Promise<CallerCall> {
    this.#count += 1;
    const ani = `136${String(this.#count).padStart(8, '0')}`;
    const call = await CallerCall.dial(this.#callers, ani, number);
    this.#callsMade.add(call);
    void call.ended.then(() => this.#callsMade.delete(call));
    return call;
  }

  /** Registers a phone of the centre, which behaves so when it is called. */
  async addPhone(extension: string, behaviour: Behaviour): Promise<void> {
    const password = this.#rig.phones.find((phone) => phone.extension === extension)?.password;
    if (password === undefined) throw new Error(`there is no phone ${extension}`);
    const socket = await SipSocket.open(this.#rig.server);
    this.#phones.push(socket);
    this.#behave(socket, behaviour);
    await register(socket, { user: extension, password });
  }

  /** Hangs up every call that was made. */
  hangUpAll(): void {
    for (const call of this.#callsMade) call.hangUp();
  }

  close(): void {
    for (const call of [...this.#callsMade, ...this.called]) call.drop();
    for (const socket of [this.#callers, this.#trunk, ...this.#phones]) socket.close();
    this.stalls.stop();
  }

  #behave(socket: SipSocket, behaviour: Behaviour): void {
    const seen = new Set<string>();
    socket.onRequest = (request) => {
      const isInvite = request.start.startsWith('INVITE ');
      if (!isInvite) return socket.refuse(request);
      const id = CalledCall.idOf(request);
      // Sent again before it was taken up.
      if (seen.has(id)) return;
      seen.add(id);
      void CalledCall.ring(socket, request).then((call) => {
        this.called.push(call);
        if (call.endedAt === undefined) behaviour(call);
      });
    };
  }
}
