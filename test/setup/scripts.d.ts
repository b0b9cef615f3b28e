// The set-up scripts are plain JavaScript, because they run before there is a compiler; their tests take them untyped.
declare module '*.mjs';
