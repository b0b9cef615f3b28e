/** Hands a file to the system as a download, which asks where it goes. */
export function saveAs(url: string, name: string, ending: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = `${name.replace(/[^\p{L}\p{N} _-]+/gu, '-').trim() || 'chart'}.${ending}`;
  link.click();
}

export function saveTextAs(text: string, type: string, name: string, ending: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  saveAs(url, name, ending);
  // The download has begun by then and holds what it needs.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
