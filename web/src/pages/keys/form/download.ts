/** Saves a text as a file. Nothing stays behind that its address could be asked for. */
export function download(name: string, text: string) {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser takes the content over a moment after the click.
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
}

/** Named like the key, as far as file systems like its name. */
export function envFileName(name: string): string {
  const plain = name
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[.-]+|[.-]+$/g, '')
    .slice(0, 100);
  return `${plain || 'api-key'}.env`;
}
