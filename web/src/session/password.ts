/** The server's minimum, said before it has to refuse; bytes, and characters are never fewer. */
export const minPassword = 8;
