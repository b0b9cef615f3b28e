import { saveAs } from './save-as.ts';

/** A standalone SVG document as a picture of twice its pixels, handed to the system as a download. */
export async function saveSvgAsPng(svg: string, name: string): Promise<void> {
  const scale = 2;
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await picture.decode();
  const canvas = document.createElement('canvas');
  canvas.width = picture.width * scale;
  canvas.height = picture.height * scale;
  const pen = canvas.getContext('2d');
  if (!pen) return;
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  saveAs(canvas.toDataURL('image/png'), name, 'png');
}
