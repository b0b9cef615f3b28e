import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { MakerDeb, debianArch } from '@electron-forge/maker-deb';
import type { MakerOptions } from '@electron-forge/maker-base';

/** What we use of electron-installer-debian, which has no types. */
interface DebianInstaller {
  contentFunctions: string[];
  stagingDir: string;
  baseAppDir: string;
  appIdentifier: string;
  options: { packagePaths: string[]; mimeFile: string };
  generateDefaults(): Promise<unknown>;
  generateOptions(): Promise<unknown>;
  createStagingDir(): Promise<void>;
  createContents(): Promise<void>;
  createPackage(): Promise<void>;
  movePackage(): Promise<void>;
}

const FILE_NAME = '<%= name %>_<%= version %><% if (revision) { %>-<%= revision %><% } %>_<%= arch %>.deb';

/**
 * Forge's .deb maker plus one file: the MIME type of .onnx. Shipped as part of the package, so that dpkg registers it
 * with the desktop and removes it again, which a script run after installation would have to undo by itself.
 * The file is named by the option `mimeFile`. (Forge makes a maker anew from its config alone, so it must lie in there.)
 */
export class MakerDebWithMimeType extends MakerDeb {
  override async make({ dir, makeDir, targetArch }: MakerOptions): Promise<string[]> {
    // @ts-expect-error: this package has no types
    const { Installer } = (await import('electron-installer-debian')) as {
      Installer: new (data: object) => DebianInstaller;
    };
    class WithMimeType extends Installer {
      override get contentFunctions(): string[] {
        return [...super.contentFunctions, 'copyMimeType'];
      }

      async copyMimeType(): Promise<void> {
        const folder = path.join(this.stagingDir, this.baseAppDir, 'share/mime/packages');
        await mkdir(folder, { recursive: true });
        await copyFile(this.options.mimeFile, path.join(folder, `${this.appIdentifier}.xml`));
      }
    }
    const outDir = path.resolve(makeDir, 'deb', targetArch);
    await this.ensureDirectory(outDir);
    const installer = new WithMimeType({
      options: {},
      ...this.config,
      arch: debianArch(targetArch),
      src: dir,
      dest: outDir,
      logger: () => {},
      rename: (dest: string) => path.join(dest, FILE_NAME),
    });
    await installer.generateDefaults();
    await installer.generateOptions();
    await installer.createStagingDir();
    await installer.createContents();
    await installer.createPackage();
    await installer.movePackage();
    return installer.options.packagePaths;
  }
}
