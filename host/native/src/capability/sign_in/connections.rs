//! The connections that are open at once, for all addresses together.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::task::AbortHandle;

/// A limited number of connections, of which each has its turn: whoever does not come to the end of a request has to make
/// room for somebody who may.
#[derive(Clone)]
pub(super) struct Connections(Arc<State>);

struct State {
    most: usize,
    /// Oldest first.
    open: Mutex<Vec<Connection>>,
    ended: Notify,
}

struct Connection {
    number: u64,
    has_request: bool,
    task: Option<AbortHandle>,
}

impl Connections {
    pub(super) fn up_to(most: usize) -> Self {
        Self(Arc::new(State {
            most,
            open: Mutex::default(),
            ended: Notify::new(),
        }))
    }

    /// A place for one more. Where all are taken, the connection goes that has been without a complete request for longest;
    /// where each has one, they are waited for.
    pub(super) async fn place(&self) -> Place {
        loop {
            let ended = self.0.ended.notified();
            if let Some(number) = self.0.take() {
                return Place {
                    number,
                    state: Arc::clone(&self.0),
                };
            }
            ended.await;
        }
    }
}

impl State {
    /// The number of a new connection, if there is room for it.
    fn take(&self) -> Option<u64> {
        let mut open = self.open();
        if open.len() >= self.most {
            let slow = open.iter().position(|one| !one.has_request)?;
            if let Some(task) = open.remove(slow).task {
                task.abort();
            }
        }
        let number = open.last().map_or(0, |last| last.number + 1);
        open.push(Connection {
            number,
            has_request: false,
            task: None,
        });
        Some(number)
    }

    fn with(&self, number: u64, change: impl FnOnce(&mut Connection)) {
        if let Some(connection) = self.open().iter_mut().find(|one| one.number == number) {
            change(connection);
        }
    }

    fn open(&self) -> MutexGuard<'_, Vec<Connection>> {
        // Nothing is left half changed.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of one connection; given back when dropped.
pub(super) struct Place {
    number: u64,
    state: Arc<State>,
}

impl Place {
    /// Who tells how the connection stands, while the place itself is the connection's.
    pub(super) fn mark(&self) -> Mark {
        Mark {
            number: self.number,
            state: Arc::clone(&self.state),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.state.open().retain(|one| one.number != self.number);
        self.state.ended.notify_waiters();
    }
}

/// How a connection stands.
#[derive(Clone)]
pub(super) struct Mark {
    number: u64,
    state: Arc<State>,
}

impl Mark {
    /// It is served by `task`, which ends it.
    pub(super) fn is_served_by(&self, task: AbortHandle) {
        self.state.with(self.number, |one| one.task = Some(task));
    }

    /// Its request has come to the end.
    pub(super) fn has_request(&self) {
        self.state.with(self.number, |one| one.has_request = true);
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use tokio::runtime::Builder;
    use tokio::task::JoinHandle;
    use tokio::time::{Duration, timeout};

    use super::*;

    async fn connected(connections: &Connections) -> (Mark, JoinHandle<()>) {
        let place = connections.place().await;
        let mark = place.mark();
        let task = tokio::spawn(async move {
            let _place = place;
            pending::<()>().await;
        });
        mark.is_served_by(task.abort_handle());
        (mark, task)
    }

    #[test]
    fn whoever_is_without_a_request_for_longest_makes_room() {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let connections = Connections::up_to(3);
            let (first, first_task) = connected(&connections).await;
            first.has_request();
            let (_, slow) = connected(&connections).await;
            let (third, third_task) = connected(&connections).await;
            let (fourth, fourth_task) = connected(&connections).await;
            assert!(slow.await.unwrap_err().is_cancelled());
            assert!(
                ![&first_task, &third_task, &fourth_task]
                    .iter()
                    .any(|task| task.is_finished())
            );

            // Where each has a request, one of them has to end.
            third.has_request();
            fourth.has_request();
            let waiting = connected(&connections);
            let mut waiting = std::pin::pin!(waiting);
            assert!(
                timeout(Duration::from_millis(20), &mut waiting)
                    .await
                    .is_err()
            );
            first_task.abort();
            waiting.await;
        });
    }
}
