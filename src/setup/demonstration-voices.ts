import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { VoiceStyle } from '../speech/persona.ts';
import type { Speech } from '../speech/speech.ts';

interface Words {
  readonly language: 'zh-CN' | 'en';
  readonly text: string;
  readonly style: VoiceStyle;
}

const LADY: VoiceStyle = { pitch: 70, speed: 150 };
const GENTLEMAN: VoiceStyle = { pitch: 35, speed: 160 };
const HURRIED: VoiceStyle = { pitch: 45, speed: 200 };

/** What scripted callers say, by the names that each PBX's dialplan for them plays. */
const WORDS: Readonly<Record<string, Words>> = {
  'vip-1': { language: 'zh-CN', style: LADY, text: '您好，我是孙丽。我想了解一下大额存单。' },
  'vip-2': { language: 'zh-CN', style: LADY, text: '我有一笔资金下周到期，请问现在的利率是多少？' },
  'vip-3': { language: 'zh-CN', style: LADY, text: '好的，请您发短信给我。谢谢。' },
  'code-1': { language: 'zh-CN', style: GENTLEMAN, text: '您好，我收到了一条短信，营销信息码是八零零一。' },
  'code-2': { language: 'zh-CN', style: GENTLEMAN, text: '请问这个活动什么时候结束？我想参加。' },
  'english-1': {
    language: 'en',
    style: GENTLEMAN,
    text: 'Hello, do you speak English? I would like to open an account.',
  },
  'english-2': {
    language: 'en',
    style: GENTLEMAN,
    text: 'Which documents do I have to bring to the branch?',
  },
  'impatient-1': { language: 'zh-CN', style: HURRIED, text: '喂？有人吗？怎么还没有人接？' },
  'impatient-2': { language: 'zh-CN', style: HURRIED, text: '太慢了，我不等了。' },
};

/** The folder in which the PBX finds them, absolute. */
export function demonstrationVoices(data: string): string {
  return join(data, 'demonstration');
}

/**
 * Makes the sound files that are not there yet.
 * @param folder absolute; made when it is not there
 * @throws Refused `speech-failed`, and what the disk says
 */
export async function speakDemonstrationVoices(folder: string, speech: Speech): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const [name, { text, language, style }] of Object.entries(WORDS)) {
    const file = join(folder, `${name}.wav`);
    if (!existsSync(file)) await speech.speak(text, language, file, { voices: { [language]: style } });
  }
}
