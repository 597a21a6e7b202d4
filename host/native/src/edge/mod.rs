//! The proxy in front of an API: a listener of this process, and instances of the component that decides and moves requests.
//!
//! Nothing is decided here but what an engine has to: how many there may be at once, and what is no single request.

mod bindings;
mod connection;
mod door;
mod instances;
mod listener;
mod request_log;
mod tls;

use std::thread;

use tokio::runtime::Builder;

use crate::capability::bindings::entra_auth::core::errors::{Capability, Failure, Fault, Problem};
use crate::capability::bindings::entra_auth::core::proxy_plan::Plan;
use crate::capability::proxy_server::{Serve, Verdict};
use crate::engine::embedded::Embedded;
use crate::system::status_line::{self, Detail};
use instances::Instances;
use listener::Listener;

/// Serves one component.
pub(crate) struct Server {
    component: &'static Embedded,
}

impl Server {
    /// # Safety
    ///
    /// `component` must come from this crate's build script, unchanged: it is native code.
    #[expect(unsafe_code, reason = "native code can only be trusted, not checked")]
    pub(crate) const unsafe fn of(component: &'static Embedded) -> Self {
        Self { component }
    }

    /// The instances for a configuration, and what it says. Everything that it names has been looked at.
    async fn prepared(&self, configuration: &str) -> Result<Result<Prepared, Problem>, Failure> {
        // Several requests at once have no line to share.
        status_line::show(Detail::Nothing);
        let instances = Instances::of(self.component).map_err(defect)?;
        let plan = match instances.read(configuration).await.map_err(defect)? {
            Ok(plan) => plan,
            Err(problem) => return Ok(Err(problem)),
        };
        let instances = instances.with(configuration, &plan.variables);
        if let Err(problem) = instances.prepare().await.map_err(defect)? {
            return Ok(Err(problem));
        }
        let certificate = plan.listener.certificate.as_ref();
        let acceptor = match certificate.map(tls::acceptor).transpose() {
            Ok(acceptor) => acceptor,
            Err(problem) => return Ok(Err(problem)),
        };
        Ok(Ok(Prepared {
            plan,
            instances,
            acceptor,
        }))
    }
}

/// Everything that is needed to serve.
struct Prepared {
    plan: Plan,
    instances: Instances,
    acceptor: Option<tokio_rustls::TlsAcceptor>,
}

impl Serve for Server {
    fn check(&self, configuration: &str) -> Result<Verdict, Failure> {
        apart(async {
            Ok(match self.prepared(configuration).await? {
                Ok(prepared) => Verdict::Good(prepared.plan),
                Err(problem) => Verdict::Bad(problem),
            })
        })
    }

    fn serve(&self, configuration: &str) -> Result<(), Failure> {
        apart(async {
            let prepared = self.prepared(configuration).await?;
            let prepared = prepared.map_err(|problem| Failure {
                capability: Capability::Network,
                fault: Fault::Other,
                message: problem.message,
                hint: problem.hint,
            })?;
            Listener::bind(prepared).await?.serve().await;
            Ok(())
        })
    }
}

/// Runs it to the end on threads of its own: this one has a runtime already, which waits.
fn apart<T: Send>(work: impl Future<Output = Result<T, Failure>> + Send) -> Result<T, Failure> {
    let run = || {
        let runtime = Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.map_err(|error| defect(error.into()))?;
        let outcome = runtime.block_on(work);
        // A thread that still waits for a lock must not hold up the end.
        runtime.shutdown_background();
        outcome
    };
    let joined = thread::scope(|scope| scope.spawn(run).join());
    joined.unwrap_or_else(|_| {
        Err(failure(
            Fault::Other,
            "the proxy stopped unexpectedly",
            DEFECT,
        ))
    })
}

/// Something that only a mistake of ours explains.
fn defect(error: wasmtime::Error) -> Failure {
    let message = format!("the proxy cannot run: {error}");
    failure(Fault::Other, message, DEFECT)
}

const DEFECT: &str = "this is a defect; please report it";

fn failure(fault: Fault, message: impl Into<String>, hint: impl Into<String>) -> Failure {
    Failure {
        capability: Capability::Network,
        fault,
        message: message.into(),
        hint: Some(hint.into()),
    }
}
