/** Made by `vite-plugins.ts`: the words of one language, by area. */
declare module 'virtual:words/*' {
  const words: Record<string, import('./texts/texts.ts').Words>;
  export default words;
}
