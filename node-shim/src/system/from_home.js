import { homedir } from 'node:os';

/** The path with the home folder in the place of a `~` at its beginning, which a shell leaves alone within quotation marks. */
export const fromHome = (path, home = homedir()) => path.replace(/^~(?=$|[/\\])/, () => home);
