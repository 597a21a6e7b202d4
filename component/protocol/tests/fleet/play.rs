//! One play: every request of some hours, one token after the other, since no token knows of another.

use std::collections::VecDeque;
use std::time::Duration;

use protocol::edge::renewal::is_due;
use protocol::token::cache::EXPIRY_MARGIN;

use crate::dice::Dice;

/// Seconds.
pub(crate) const FOUR_HOURS: f64 = 4.0 * 3600.0;

/// Seconds after which an instance fetches keys again.
const KEYS_LIVE: f64 = 3600.0;

/// Seconds until what is over is swept out.
const SWEPT_AFTER: f64 = 300.0;

/// Bytes of an entry with its name: a sealed token of usual size.
const ENTRY: u64 = 3 * 1024;

pub(crate) struct Fleet {
    pub(crate) instances: u32,
    /// Tokens that all callers share: one for each identity and API behind.
    pub(crate) tokens: u32,
    /// People on whose behalf the fleet calls; each has tokens of their own.
    pub(crate) callers: u32,
    /// A second, in the whole fleet.
    pub(crate) requests: f64,
    pub(crate) authority: Authority,
    pub(crate) renewal: Renewal,
    /// Seconds that are played.
    pub(crate) seconds: f64,
    pub(crate) seed: u64,
}

/// Who gives tokens, and how; in seconds.
#[derive(Clone, Copy)]
pub(crate) struct Authority {
    /// How long a token lives, drawn from the one up to the other.
    pub(crate) shortest_life: f64,
    pub(crate) longest_life: f64,
    /// From the question to the answer's being in the store.
    pub(crate) takes: f64,
}

/// Lifetimes of 60 to 90 minutes
/// ([access token lifetime](https://learn.microsoft.com/entra/identity-platform/access-tokens#token-lifetime)).
pub(crate) const ENTRA: Authority = Authority {
    shortest_life: 3600.0,
    longest_life: 5400.0,
    takes: 0.25,
};

impl Authority {
    fn life(self, dice: &mut Dice) -> f64 {
        dice.between(self.shortest_life, self.longest_life)
    }
}

#[derive(PartialEq, Eq)]
pub(crate) enum Renewal {
    /// As it is shipped.
    Ahead,
    /// Only once the token is not handed out any more.
    AtTheEnd,
}

/// What came of it.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Figures {
    pub(crate) requests: u64,
    pub(crate) token_requests: u64,
    pub(crate) key_requests: u64,
    pub(crate) reads: u64,
    pub(crate) writes: u64,
    /// Entries at the fullest moment.
    pub(crate) most_kept: u64,
    /// The busiest second; it is the first one, in which the store is empty.
    pub(crate) most_asked_in_a_second: u32,
    /// Tokens that another one followed, and how often that one was asked for.
    renewed: u32,
    asked_to_renew: u32,
}

impl Fleet {
    pub(crate) fn play(&self) -> Figures {
        let mut dice = Dice::new(self.seed);
        let mut book = Book::new(self.seconds);
        for _ in 0..self.tokens {
            let rate = self.requests / f64::from(self.tokens);
            Token::play(self, rate, None, &mut dice, &mut book);
        }
        for _ in 0..self.callers {
            let rate = self.requests / f64::from(self.callers);
            let first = dice.between(0.0, self.authority.shortest_life);
            Token::play(self, rate, Some(first), &mut dice, &mut book);
        }
        let mut figures = book.close();
        figures.key_requests = self.keys(&mut dice);
        figures
    }

    /// Each instance fetches keys for itself, at its first request after they grew old.
    fn keys(&self, dice: &mut Dice) -> u64 {
        let rate = self.requests / f64::from(self.instances);
        let mut fetched = 0;
        for _ in 0..self.instances {
            let mut now = dice.pause(rate);
            while now < self.seconds {
                fetched += 1;
                now += KEYS_LIVE + dice.pause(rate);
            }
        }
        fetched
    }
}

/// A token in the store, and those that are on their way there.
#[derive(Default)]
struct Token {
    expires_at: Option<f64>,
    coming: VecDeque<(f64, f64)>,
}

impl Token {
    /// All requests for it. Where it is a caller's, it is another one as soon as the caller brings another, first at `brought`.
    fn play(fleet: &Fleet, rate: f64, brought: Option<f64>, dice: &mut Dice, book: &mut Book) {
        let mut token = Self::default();
        let mut another_at = brought.unwrap_or(f64::INFINITY);
        let mut now = dice.pause(rate);
        while now < fleet.seconds {
            if now >= another_at {
                token = Self::default();
                let life = fleet.authority.life(dice);
                another_at = now + life - EXPIRY_MARGIN.as_secs_f64();
            }
            token.arrive(now, book);
            book.figures.requests += 1;
            book.figures.reads += 1;
            if token.is_asked_for(now, fleet, dice) {
                let expires_at = now + fleet.authority.life(dice);
                book.asked(now);
                if token.expires_at.is_some() {
                    book.figures.asked_to_renew += 1;
                    book.figures.renewed += u32::from(token.coming.is_empty());
                }
                token
                    .coming
                    .push_back((now + fleet.authority.takes, expires_at));
            }
            now += dice.pause(rate);
        }
    }

    /// What has come by now; a later one takes the place of an earlier one.
    fn arrive(&mut self, now: f64, book: &mut Book) {
        while let Some((at, expires_at)) = self.coming.front().copied().filter(|(at, _)| *at <= now)
        {
            self.coming.pop_front();
            book.stored(at, self.expires_at, expires_at);
            self.expires_at = Some(expires_at);
        }
    }

    fn is_asked_for(&self, now: f64, fleet: &Fleet, dice: &mut Dice) -> bool {
        let left = self
            .expires_at
            .map_or(0.0, |expires_at| (expires_at - now).max(0.0));
        let left = Duration::from_secs_f64(left);
        let is_absent = left <= EXPIRY_MARGIN;
        is_absent || fleet.renewal == Renewal::Ahead && is_due(left, dice.draw())
    }
}

/// What happened in each second.
struct Book {
    figures: Figures,
    asked: Vec<u32>,
    /// How many entries more there are than in the second before.
    more: Vec<i64>,
}

impl Book {
    fn new(seconds: f64) -> Self {
        Self {
            figures: Figures::default(),
            asked: vec![0; seconds.ceil() as usize],
            more: vec![0; seconds.ceil() as usize],
        }
    }

    /// Whoever asks looks into the store once more before.
    fn asked(&mut self, now: f64) {
        self.figures.token_requests += 1;
        self.figures.reads += 1;
        self.figures.writes += 1;
        self.asked[now as usize] += 1;
    }

    fn stored(&mut self, now: f64, before: Option<f64>, expires_at: f64) {
        self.count(now, 1);
        self.count(expires_at + SWEPT_AFTER, -1);
        // The entry before it is gone now, and not at its own end.
        if let Some(before) = before.filter(|before| before + SWEPT_AFTER > now) {
            self.count(now, -1);
            self.count(before + SWEPT_AFTER, 1);
        }
    }

    fn count(&mut self, at: f64, more: i64) {
        if let Some(second) = self.more.get_mut(at as usize) {
            *second += more;
        }
    }

    fn close(mut self) -> Figures {
        let kept = self.more.iter().scan(0, |kept, more| {
            *kept += more;
            Some(*kept)
        });
        self.figures.most_kept = kept.max().unwrap_or_default().unsigned_abs();
        self.figures.most_asked_in_a_second = self.asked.iter().copied().max().unwrap_or_default();
        self.figures
    }
}

impl Figures {
    pub(crate) const HEADING: &str = "| instances | shared tokens | callers | requests/s | token requests/s | in the first second | key sets/s | reads/s | writes/s | kept |\n|---|---|---|---|---|---|---|---|---|---|";

    pub(crate) fn asked_for_each_renewal(&self) -> f64 {
        f64::from(self.asked_to_renew) / f64::from(self.renewed)
    }

    pub(crate) fn row(&self, fleet: &Fleet) -> String {
        let a_second = |count: u64| count as f64 / fleet.seconds;
        format!(
            "| {} | {} | {} | {:.0} | {:.2} | {} | {:.3} | {:.0} | {:.2} | {:.1} MiB |",
            fleet.instances,
            fleet.tokens,
            fleet.callers,
            a_second(self.requests),
            a_second(self.token_requests),
            self.most_asked_in_a_second,
            a_second(self.key_requests),
            a_second(self.reads),
            a_second(self.writes),
            (self.most_kept * ENTRY) as f64 / f64::from(1 << 20),
        )
    }
}
