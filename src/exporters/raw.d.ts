/** Files imported as text: the C sources of the runtime. Vite and vitest know the suffix; the command line's bundle has a plug-in. */
declare module '*?raw' {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: that is how the suffix hands over a file
  export default text;
}
