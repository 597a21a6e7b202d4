//! Whether the store can be used: it is opened at the first call, and left alone for a while after it has failed.

use std::cell::RefCell;
use std::rc::Rc;

use crate::log;
use crate::memory::now;
use crate::store::Store;

/// Seconds. Waiting for a store that is down costs the request that tries; the others go by this instance's memory.
const PAUSE: i64 = 30;

thread_local! {
    static STATE: RefCell<State> = const { RefCell::new(State::Closed { until: 0 }) };
}

enum State {
    Open(Rc<Store>),
    /// Nobody looks before this second since the Unix epoch.
    Closed {
        until: i64,
    },
}

/// Why the store cannot be used.
pub(crate) struct Problem {
    message: String,
    hint: &'static str,
    passes: bool,
}

impl Problem {
    /// It may be over in a while.
    pub(crate) fn passing(message: String, hint: &'static str) -> Self {
        Self {
            message,
            hint,
            passes: true,
        }
    }

    /// It takes another configuration.
    pub(crate) fn lasting(message: String, hint: &'static str) -> Self {
        Self {
            message,
            hint,
            passes: false,
        }
    }
}

/// What `action` makes of the store; nothing while it cannot be used.
pub(crate) fn with<T>(action: impl FnOnce(&Store) -> Result<T, Problem>) -> Option<T> {
    let outcome = opened()?.and_then(|store| action(&store));
    outcome.map_err(close).ok()
}

/// Nothing during a pause.
fn opened() -> Option<Result<Rc<Store>, Problem>> {
    let kept = STATE.with_borrow(|state| match state {
        State::Open(store) => Some(Some(Rc::clone(store))),
        State::Closed { until } => (*until <= now()).then_some(None),
    })?;
    Some(match kept {
        Some(store) => Ok(store),
        None => Store::open().map(|store| {
            let store = Rc::new(store);
            STATE.set(State::Open(Rc::clone(&store)));
            store
        }),
    })
}

fn close(problem: Problem) {
    let until = if problem.passes {
        now().saturating_add(PAUSE)
    } else {
        i64::MAX
    };
    STATE.set(State::Closed { until });
    log::problem(&problem.message, problem.hint);
}
