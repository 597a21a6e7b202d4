/** A call that failed, in the words of the contract (`wit/errors.wit`). */
export class EntraAuthError extends Error {
  name = 'EntraAuthError';

  constructor({ tag, val }, cause) {
    super(messageOf(tag, val), cause === undefined ? undefined : { cause });
    const { codes, retryAfter, ...facts } = tag === 'interaction-required' ? { ...val.refusal, ...val } : val;
    for (const [name, value] of Object.entries(facts)) {
      if (!['message', 'refusal'].includes(name)) this[name] = value;
    }
    this.code = tag;
    this.codes = Array.from(codes ?? val.refusal?.codes ?? [], Number);
    this.retryAfter = retryAfter === undefined ? undefined : Number(retryAfter);
  }
}

/** The request makes no sense as it stands. */
export const impossible = (message, hint) => new EntraAuthError({ tag: 'request-impossible', val: { message, hint } });

/** The error of a failed capability. */
export const failed = (failure) => new EntraAuthError({ tag: 'capability-failed', val: failure });

/** A refusal has the server's words instead of a message. */
function messageOf(tag, val) {
  if (tag !== 'server-refused') return val.message;
  return val.description ? `${val.error}: ${val.description}` : val.error;
}
