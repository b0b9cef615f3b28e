import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { MakerDMG } from '@electron-forge/maker-dmg';
import { MakerSquirrel } from '@electron-forge/maker-squirrel';
import { MakerZIP } from '@electron-forge/maker-zip';
import { FusesPlugin } from '@electron-forge/plugin-fuses';
import type { ForgeConfig } from '@electron-forge/shared-types';
import { leaveOut } from './scripts/packaging/contents.ts';
import { FUSE_VERSION, fuses } from './scripts/packaging/fuses.ts';
import { MakerDebWithMimeType } from './scripts/packaging/maker-deb.ts';

// Run it through `npm run make` (scripts/make.mjs), which builds the bundles first and checks the result.
const root = import.meta.dirname;
const staged = path.join(root, '.toolchain/packaging');
const icons = path.join(root, 'resources/icons');
/** A build whose main process Playwright can attach to; never for users. */
const testBuild = process.env.ATELIER_TEST_BUILD === '1';
/** Where Electron's own download cannot be reached: a folder with the fallback runtime as a zip. For testing only. */
const fallbackZips = process.env.ATELIER_ELECTRON_ZIPS;
const forTesting = testBuild || Boolean(fallbackZips);
const description = 'Train, compare and export models on your own machine, without Python';
const productDescription =
  'Atelier is a desktop model studio: drag data in, label it, train on the CPU or GPU you own, compare the runs, export ONNX.' +
  (forTesting ? '\n\nThis package was built for testing. Do not distribute it.' : '');

const config: ForgeConfig = {
  buildIdentifier: testBuild ? 'test' : 'release',
  // better-sqlite3 and the others come with binaries that fit; a rebuild would delete them.
  rebuildConfig: { onlyModules: [] },
  packagerConfig: {
    name: 'Atelier',
    executableName: process.platform === 'linux' ? 'atelier' : 'Atelier',
    appBundleId: 'studio.atelier.desktop',
    appCategoryType: 'public.app-category.developer-tools',
    icon: path.join(icons, 'icon'),
    // Native files cannot be loaded from inside an archive.
    asar: { unpack: '**/{*.node,*.so,*.so.*,*.dylib,*.dll}' },
    ignore: leaveOut({ platform: process.platform, arch: process.arch, ownSqlite: Boolean(fallbackZips) }),
    extraResource: [
      path.join(staged, 'resources'),
      path.join(staged, 'bin'),
      path.join(root, 'migrations'),
      path.join(root, '.vite/build/THIRD-PARTY-LICENCES.txt'),
    ],
    electronZipDir: fallbackZips,
    extendInfo: {
      CFBundleDocumentTypes: [
        {
          CFBundleTypeName: 'ONNX model',
          CFBundleTypeRole: 'Viewer',
          CFBundleTypeExtensions: ['onnx'],
          LSHandlerRank: 'Alternate',
        },
      ],
    },
  },
  hooks: {
    // What the program reads at run time lies beside the archive, as <resources>/resources and <resources>/migrations.
    generateAssets: async () => {
      rmSync(staged, { recursive: true, force: true });
      const unused = /[/\\]resources[/\\](i18n|packaging|licences|icons[/\\]icon[.](icns|ico|svg))$/;
      cpSync(path.join(root, 'resources'), path.join(staged, 'resources'), {
        recursive: true,
        filter: (from) => !unused.test(from),
      });
      cpSync(path.join(root, 'resources/packaging/bin'), path.join(staged, 'bin'), { recursive: true });
    },
    packageAfterPrune: async (_config, appFolder) => {
      const file = path.join(appFolder, 'package.json');
      const { name, productName, version, author, license, type, main, dependencies } = JSON.parse(
        readFileSync(file, 'utf8'),
      ) as Record<string, unknown>;
      const kept = { name, productName, version, description, author, license, type, main, dependencies };
      writeFileSync(file, `${JSON.stringify(kept, null, 2)}\n`);
    },
  },
  plugins: [
    new FusesPlugin({
      version: FUSE_VERSION,
      resetAdHocDarwinSignature: process.platform === 'darwin',
      ...fuses(process.platform, testBuild),
    }),
  ],
  makers: [
    new MakerDebWithMimeType({
      options: {
        name: 'atelier',
        productName: 'Atelier',
        genericName: 'Model studio',
        description,
        productDescription,
        section: 'science',
        categories: ['Science', 'Development'],
        mimeType: ['application/x-onnx'],
        bin: 'resources/bin/atelier',
        depends: ['libasound2', 'libatk-bridge2.0-0', 'libcups2'],
        desktopTemplate: path.join(root, 'resources/packaging/desktop.ejs'),
        // What the maker's type does not know but the installer takes: a set of icons, the compression, and our MIME file.
        ...({
          icon: {
            ...Object.fromEntries(
              [16, 32, 48, 64, 128, 256, 512].map((size) => [`${size}x${size}`, path.join(icons, `icon-${size}.png`)]),
            ),
            scalable: path.join(icons, 'icon.svg'),
          },
          // gzip takes a third of xz's time and makes a file a third larger: right for a package that is thrown away.
          compression: forTesting ? 'gzip' : 'xz',
          mimeFile: path.join(root, 'resources/packaging/atelier-mime.xml'),
        } as object),
      },
    }),
    new MakerZIP({}, ['linux']),
    new MakerSquirrel({ name: 'Atelier', setupIcon: path.join(icons, 'icon.ico') }, ['win32']),
    new MakerDMG({ icon: path.join(icons, 'icon.icns') }, ['darwin']),
  ],
};

export default config;
