// Who the server is at each of the stand-ins.
export const CLIENT = "lanyard";
export const SECRET = "the-secret-that-the-provider-gave";
