//! `proxy`: in front of an API. What passes is the proxy's own business; this finds its configuration, and shows what it does.

use crate::bindings::errors::Problem;
use crate::bindings::proxy_plan::{Plan, Route};
use crate::bindings::proxy_server::{self, Verdict};
use crate::clap::{self, Args};
use crate::input::file;
use crate::input::text;
use crate::output::error::Error;
use crate::output::exit_code::ExitCode;
use crate::output::{Outcome, Output};

pub(crate) const EXAMPLES: &str = "\
Examples:
  entra-auth-cli proxy --config proxy.toml --check
  entra-auth-cli proxy --config proxy.toml

The first line on stdout says where it listens; after that there is one line of
JSON for each request. SIGTERM or Ctrl-C ends it after the requests that have
begun; a second one ends it at once.";

/// A configuration of this size nobody reads any more.
const LARGEST: u32 = 64 * 1024;

/// Flags of `proxy`.
#[derive(Args)]
pub(crate) struct Proxy {
    /// File that says which requests pass, and as whom they go on
    #[arg(short, long, value_name = "FILE")]
    config: String,

    /// Only show what would pass
    #[arg(long)]
    check: bool,
}

impl Proxy {
    pub(crate) fn run(&self, output: &Output) -> Outcome {
        let configuration = text::decoded("the file", &file::read(&self.config, LARGEST)?)?;
        let plan = match proxy_server::check(&configuration)? {
            Verdict::Good(plan) => plan,
            Verdict::Bad(problem) => return Err(self.in_file(problem)),
        };
        if self.check {
            output.result(&shown(&plan))?;
        } else {
            proxy_server::serve(&configuration)?;
        }
        Ok(ExitCode::Done)
    }

    fn in_file(&self, problem: Problem) -> Error {
        Error::from(Problem {
            message: format!("`{}`: {}", self.config, problem.message),
            hint: problem
                .hint
                .or_else(|| Some("correct the configuration".to_owned())),
        })
    }
}

fn shown(plan: &Plan) -> String {
    let listener = &plan.listener;
    let scheme = match listener.certificate {
        Some(_) => "https",
        None => "http",
    };
    let listens = format!("listens on {scheme}://{}\n", listener.address);
    let routes = plan.routes.iter().map(route);
    std::iter::once(listens).chain(routes).collect()
}

fn route(route: &Route) -> String {
    let host = route.host.as_deref().unwrap_or("*");
    let callers = match route.requirements.is_empty() {
        true => "anybody".to_owned(),
        false => route.requirements.join("; "),
    };
    let token = route.token.as_deref().unwrap_or("none");
    let upstream = route.upstream.as_deref();
    format!(
        "\n{}: {} {host}{} -> {}\n  callers: {callers}\n  token: {token}\n",
        route.name,
        route.methods.join(","),
        route.path,
        upstream.unwrap_or("the program that asks"),
    )
}
