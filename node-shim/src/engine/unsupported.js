/** This runtime cannot run the components, or this installation is not whole. */
export class Unsupported extends Error {
  constructor(what, hint) {
    super(`${what}: ${hint}`);
    this.what = what;
    this.hint = hint;
  }
}
