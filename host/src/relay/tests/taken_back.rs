//! Rights that are taken back: while the person is asked, while a write waits, between attempts, between calls.

use super::*;
use crate::admit::{Confirm, Policy};
use crate::ledger::{State, Which};
use crate::plugins::{Folder, FolderFault, Source};

/// A stage with the built-in plugins, whose rights come from a lock file as those of any other.
struct Granted {
    stage: Stage,
    folder: Folder,
    _place: tempfile::TempDir,
}

fn granted(policy: Policy) -> Granted {
    let place = tempfile::tempdir().unwrap();
    let folder = Folder::new(place.path());
    let sandbox = crate::sandbox::Sandbox::new(Some(place.path().join("cache")));
    let builtin = runtime().block_on(crate::plugins::builtin(&sandbox));
    let mut stage = stage(|_| {}, vec![], vec![]);
    stage.relay.policy = policy;
    stage.relay.served = Served::new(Source {
        folder: folder.clone(),
        sandbox,
        builtin,
        moment: Vec::new(),
        routes: Cow::Borrowed(Table::builtin()),
        selection: Default::default(),
        policy,
    });
    Granted { stage, folder, _place: place }
}

fn grant(folder: &Folder, plugin: &str, rights: &[&str]) {
    folder
        .change(|lock| {
            let rights = rights.iter().map(|right| right.parse().unwrap()).collect();
            lock.builtin.insert(plugin.into(), rights);
            Ok::<_, FolderFault>(())
        })
        .unwrap();
}

/// A write of the plugin `generic`.
fn respond() -> Asked {
    let payload = json!({"ticket_number": "1", "from_email": "ann@example.com", "content": "Hello"});
    let arguments = json!({"family": "tickets", "action": "respond", "payload": payload});
    Asked { tool: "tickiti_call".into(), arguments: serde_json::from_value(arguments).unwrap(), client_key: None }
}

#[test]
fn a_change_of_the_lock_file_counts_from_the_next_call_on() {
    let Granted { stage, folder, .. } = granted(Policy::default());
    let list = || {
        let asked = Asked { tool: "list_queues".into(), ..Asked::default() };
        runtime().block_on(stage.relay.call(asked, &|_| {}, &NoOne)).result
    };
    grant(&folder, "reads", &["workflow:read"]);
    assert!(list().is_ok());
    let before = stage.relay.catalogue();
    grant(&folder, "reads", &[]);
    assert!(list().unwrap_err().to_string().contains("plugin grant reads"));
    grant(&folder, "reads", &["workflow.queues.index"]);
    assert!(list().is_ok());
    assert_eq!(before.grant("reads").rights().len(), 1, "who has a catalogue keeps it");
    std::fs::write(folder.path().join("plugins.lock"), "{").unwrap();
    let text = list().unwrap_err().for_assistant();
    assert!(text.contains("cannot be read") && text.contains("damaged"), "{text}");
}

/// Takes the plugin's rights back before answering: a person who says yes then, or a helpdesk that fails.
struct Revoking {
    folder: Folder,
    desk: Arc<Desk>,
}

impl Ask for Revoking {
    fn ask<'a>(&'a self, _: &'a Question) -> BoxFuture<'a, Said> {
        grant(&self.folder, "generic", &[]);
        std::future::ready(Said::Yes).boxed()
    }
}

impl Helpdesk for Revoking {
    fn send<'a>(
        &'a self,
        request: &'a Admitted,
        key: Option<&'a str>,
        within: Duration,
    ) -> BoxFuture<'a, Result<Answer, Broken>> {
        grant(&self.folder, "generic", &[]);
        self.desk.send(request, key, within)
    }
}

#[test]
fn a_right_that_is_taken_back_while_the_person_is_asked_is_gone() {
    let policy = Policy { read_only: false, confirm: Some(Confirm::Write) };
    let Granted { stage, folder, _place } = granted(policy);
    let revoking = Revoking { folder, desk: Arc::clone(&stage.desk) };
    let text = runtime().block_on(stage.relay.call(respond(), &|_| {}, &revoking)).result.unwrap_err().for_assistant();
    assert!(text.contains("was changed while it waited") && text.contains("Outcome: not sent."), "{text}");
    assert_eq!(stage.sent().len(), 0);
}

#[test]
fn a_right_that_is_taken_back_is_gone_before_the_next_attempt() {
    for revoked in [true, false] {
        let Granted { mut stage, folder, _place } = granted(Policy::default());
        let lost = || Err(Broken::Interrupted { why: "reset".into() });
        stage.desk.answers.lock().unwrap().extend([lost(), ok("{}")]);
        if revoked {
            stage.relay.helpdesk = Arc::new(Revoking { folder, desk: Arc::clone(&stage.desk) });
        }
        let ended = runtime().block_on(stage.relay.call(respond(), &|_| {}, &NoOne)).result;
        assert_eq!(stage.sent().len(), if revoked { 1 } else { 2 });
        match ended {
            Ok(_) => assert!(!revoked),
            Err(error) => assert!(revoked && error.for_assistant().contains("Outcome: unknown."), "{error}"),
        }
    }
}

/// A helpdesk that says when it was asked, and answers when it may.
struct Gated {
    desk: Arc<Desk>,
    asked: tokio::sync::Notify,
    may: tokio::sync::Notify,
}

impl Helpdesk for Gated {
    fn send<'a>(
        &'a self,
        request: &'a Admitted,
        key: Option<&'a str>,
        within: Duration,
    ) -> BoxFuture<'a, Result<Answer, Broken>> {
        async move {
            self.asked.notify_one();
            // One that should never have been asked is not waited for.
            let _ = tokio::time::timeout(within, self.may.notified()).await;
            self.desk.send(request, key, within).await
        }
        .boxed()
    }
}

#[test]
fn a_right_that_is_taken_back_while_an_equal_write_is_waited_for_is_gone() {
    for answered in [true, false] {
        let Granted { mut stage, folder, _place } = granted(Policy::default());
        let desk = Arc::clone(&stage.desk);
        let gated = Arc::new(Gated { desk, asked: Default::default(), may: Default::default() });
        stage.relay.helpdesk = gated.clone();
        let waits = tokio::sync::Notify::new();
        let text = runtime().block_on(async {
            let first = async {
                let watch = |_: Told| {};
                let call = stage.relay.call(respond(), &watch, &NoOne);
                if answered {
                    call.await.receipt.delivered();
                } else {
                    // Called off: what became of it is not known.
                    let gone = async {
                        waits.notified().await;
                        grant(&folder, "generic", &[]);
                    };
                    tokio::select! { _ = call => panic!("it was not answered"), () = gone => {} }
                }
            };
            let second = async {
                gated.asked.notified().await;
                let watch = |_: Told| waits.notify_one();
                stage.relay.call(respond(), &watch, &NoOne).await.result.unwrap_err().for_assistant()
            };
            let revoke = async {
                if answered {
                    waits.notified().await;
                    grant(&folder, "generic", &[]);
                    gated.may.notify_one();
                }
            };
            let ((), text, ()) = tokio::join!(first, second, revoke);
            text
        });
        assert!(text.contains("was changed while it waited"), "{text}");
        let (said, states) = if answered {
            ("Outcome: not sent. This request did not", vec![State::Done, State::NotSent])
        } else {
            ("the earlier equal write w2 may have taken effect", vec![State::Unknown; 2])
        };
        assert!(text.contains(said), "{text}");
        assert_eq!(stage.sent().len(), usize::from(answered));
        let all = runtime().block_on(stage.relay.ledger.list(Which::All)).unwrap();
        assert_eq!(all.iter().map(|record| record.state).collect::<Vec<_>>(), states);
    }
}
