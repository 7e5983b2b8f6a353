import { secretsFile } from './secrets.ts';
import { hostPort, isEveryAddress, isLoopback, reachableHost, type Settings } from './settings.ts';
import type { RunningCarillon } from './start.ts';
import { FIRST_LOGIN } from './users.ts';

/** What the operator reads when everything is up. Holds no secret. */
export function welcomeText(
  settings: Settings,
  running: Pick<RunningCarillon, 'phones' | 'pbx'>,
  tookMs: number,
): string {
  const sip = hostPort(reachableHost(settings), settings.sipPort);
  const console = `http://${hostPort(reachableHost(settings), settings.httpPort)}`;
  const phone = running.phones[0]?.extension ?? '1001';
  const guests = settings.guests ? ` - or, from any SIP phone on this machine, sip:95533@${sip}` : '';
  return `
Carillon is ready after ${(tookMs / 1000).toFixed(1)} s.  客服热线已就绪。

  Console   ${console}   login ${FIRST_LOGIN}, its password: npx carillon password
  控制台     ${console}   用户名 ${FIRST_LOGIN}，密码见 npx carillon password

  Dial      95533  the hotline${guests}
            then press 9 and the campaign code 8001, or 0 for an agent
  拨打       95533 热线；按 9 后输入活动代码 8001；按 0 转人工

  Phone     user ${phone}, its password: npx carillon phones
            host ${reachableHost(settings)}, port ${settings.sipPort}, transport UDP or TCP
  话机注册    用户名 ${phone}，密码见 npx carillon phones

  API       described at ${console}/openapi.json
            token: npx carillon token   (kept in ${secretsFile(settings.data)})
  PBX       ${running.pbx}
  Trunk     sip:${hostPort(settings.trunk.host, settings.trunk.port)}
  Data      ${settings.data}
${exposure(settings)}
Ctrl-C stops it.  按 Ctrl-C 停止。
`;
}

function exposure(settings: Settings): string {
  if (isLoopback(settings.bind))
    return '  Open to   this machine only; CARILLON_BIND=0.0.0.0 opens it to others\n';
  const who = isEveryAddress(settings.bind)
    ? 'every network of this machine'
    : `the network of ${settings.bind}`;
  const guests = settings.guests ? '; unknown callers may dial in (CARILLON_GUESTS=on)' : '';
  return `  Open to   ${who}${guests}; put a firewall in front of SIP\n`;
}
