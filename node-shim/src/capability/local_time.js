// The capability `local-time`: how far this machine's clock on the wall is from UTC.

export const localTime = {
  /** Seconds ahead of UTC at `instant`, in seconds since the Unix epoch. */
  async offset(instant) {
    const minutes = new Date(instant * 1000).getTimezoneOffset();
    if (!Number.isNaN(minutes)) return Math.round(-minutes * 60);
    throw { fault: 'other', message: 'the time is beyond the calendar', hint: 'check the clock of this machine' };
  },
};
