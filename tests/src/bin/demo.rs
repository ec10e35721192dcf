//! `cargo xtask demo`: a short story of an assistant that works a ticket, told by the real relay over MCP.
//!
//! Every scene looks whether it goes as told; the first that does not ends the program with exit code 1.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use serde_json::{Value, json};
use tickiti_relay_scratch::{Fault, Helpdesk, Moment, Options, Planned, Running};
use tickiti_relay_tests::page::Page;
use tickiti_relay_tests::relay::{Session, Setup};
use tickiti_relay_tests::trouble::Trouble;
use tickiti_relay_tests::{binary, picture, plugins, relay};

/// Who writes in, and who answers.
const CUSTOMER: &str = "lena.vogt@posteo.example";
const STAFF: &str = "priya.nair@kestrel.example";

fn main() -> ExitCode {
    let begun = Instant::now();
    let mut page = Page::stdout();
    match tell(&mut page, begun) {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            page.blank();
            page.refusal(&format!("The story went otherwise: {trouble}"));
            ExitCode::FAILURE
        }
    }
}

/// What the scenes share.
struct Stage<'a> {
    page: &'a mut Page,
    helpdesk: &'a Running,
    session: Session,
}

fn tell(page: &mut Page, begun: Instant) -> Result<(), Trouble> {
    let program = binary::path()?;
    let helpdesk = Helpdesk::start(Options::default()).map_err(|error| Trouble::shape("a scratch helpdesk", error))?;
    let files = tempfile::Builder::new().prefix("tickiti-relay-demo-").tempdir();
    let files = files.map_err(Trouble::io("making a folder"))?;
    let folder = files.path().canonicalize().map_err(Trouble::io("finding the folder"))?;
    std::fs::write(folder.join("broken-pole.png"), picture::sample()).map_err(Trouble::io("making a picture"))?;

    page.plain(
        "An assistant, the relay and a helpdesk. The relay runs as any MCP client starts it, on stdin and stdout;",
    );
    page.plain("the helpdesk is the stand-in that comes with it, on this computer. Nothing leaves this computer.");
    page.note(&format!("helpdesk  {}", helpdesk.base()));
    page.note(&format!("files     {} (the only folder that tools may use)", folder.display()));

    let setup = relay().helpdesk(&helpdesk).token("admin").files(&folder);
    let mut stage = Stage { session: setup.start()?, page, helpdesk: &helpdesk };
    stage.tools()?;
    stage.queues()?;
    let ticket = stage.opens(&folder)?;
    stage.answers(&ticket)?;
    stage.searches(&ticket)?;
    stage.reads(&ticket)?;
    stage.exports(&folder)?;
    stage.fetches(&ticket)?;
    stage.is_cut_off()?;
    stage.is_refused()?;
    stage.is_confined(&setup, &ticket, &folder)?;
    stage.plans(&setup, &ticket)?;
    stage.ends()?;

    page.blank();
    page.good(&format!("All went as told, in {:.1} s.", begun.elapsed().as_secs_f32()));
    register(page, program);
    Ok(())
}

impl Stage<'_> {
    fn tools(&mut self) -> Result<(), Trouble> {
        self.page.scene("The assistant asks what it can do here.");
        self.page.call("tools/list", &json!({}));
        let tools = self.session.tools()?;
        let name = |tool: &Value| tool["name"].as_str().unwrap_or_default().to_owned();
        let reads = |tool: &&Value| tool["annotations"]["readOnlyHint"] == json!(true);
        let (looks, acts): (Vec<_>, Vec<_>) = tools.iter().partition(reads);
        let names = |tools: Vec<&Value>| tools.into_iter().map(name).collect::<Vec<_>>().join(", ");
        let bytes = Value::Array(tools.clone()).to_string().len();
        let told = format!("look:   {}\nchange: {}", names(looks), names(acts));
        self.page.answer(&told);
        self.page.note(&format!(
            "{} tools, {:.1} KB in all: what an assistant reads before it begins.",
            tools.len(),
            bytes as f32 / 1e3
        ));
        expect(tools.len() == 18, "eighteen tools", tools.len())
    }

    fn queues(&mut self) -> Result<(), Trouble> {
        self.page.scene("It looks at the queues.");
        let answer = self.call("list_queues", json!({}))?;
        expect(answer.contains("Inbox"), "a queue called Inbox", answer)
    }

    fn opens(&mut self, folder: &Path) -> Result<String, Trouble> {
        self.page.scene("A customer's tent pole broke. The assistant opens a ticket and shows the photo inside it.");
        let picture = folder.join("broken-pole.png");
        let answer = self.call(
            "create_ticket",
            json!({
                "originator_email_address": CUSTOMER,
                "subject": "Tent pole broke on the first night",
                "content": "<p>Hello, the second segment split along the seam:</p><p>{{attach:broken-pole.png}}</p>",
                "queue_name": "Support",
                "use_passed_originator_as_responder": true,
                "attachments": [{"path": picture}],
            }),
        )?;
        let ticket = parsed(&answer)?["data"]["ticket_number"].clone();
        let ticket = ticket.as_str().map_or_else(|| ticket.to_string(), str::to_owned);
        self.page.note("The relay read the photo itself and put it into the request: it went through no conversation and no plugin.");
        expect(ticket.len() == 6, "a ticket number of six digits", &ticket)?;
        let created =
            self.helpdesk.effects().iter().any(|effect| effect.route == "tickets.create" && effect.key.is_some());
        expect(created, "a ticket opened under an idempotency key", "none")?;
        Ok(ticket)
    }

    fn answers(&mut self, ticket: &str) -> Result<(), Trouble> {
        self.page.scene("It answers the customer.");
        let answer = self.call(
            "respond_to_ticket",
            json!({
                "ticket_number": ticket,
                "from_email": STAFF,
                "content": "<p>Dear Lena, that seam should not split. A new segment leaves our workshop today.</p>",
            }),
        )?;
        expect(parsed(&answer)?["ok"] == json!(true), "an answer that is accepted", answer)
    }

    fn searches(&mut self, ticket: &str) -> Result<(), Trouble> {
        self.page.scene("Did this happen before? It searches.");
        let criteria = json!([{"mode": "subject_content", "tokens": ["pole"]}]);
        let answer = self.call("query_tickets", json!({"search_object": {"criteria": criteria}}))?;
        expect(answer.contains(ticket), "the new ticket among those found", answer)
    }

    fn reads(&mut self, ticket: &str) -> Result<(), Trouble> {
        self.page.scene("It reads the thread, shortened for reading.");
        let arguments = json!({"ticket_number": ticket});
        self.page.call("get_ticket", &arguments);
        let answer = self.session.call("get_ticket", arguments)?.done()?;
        self.page.whole_answer(&answer);
        let whole = answer.contains(&format!("customer, {CUSTOMER}")) && answer.contains("that seam should not split");
        expect(whole, "a thread with the customer and the answer", answer)
    }

    fn exports(&mut self, folder: &Path) -> Result<(), Trouble> {
        self.page.scene("All responses of the helpdesk go to a file, not through the conversation.");
        let path = folder.join("responses.ndjson");
        let answer = parsed(&self.call("export_responses", json!({"path": path, "page_size": 20}))?)?;
        let written = std::fs::read_to_string(&path).map_err(Trouble::io("reading the export"))?;
        let rows = written.lines().count();
        self.page
            .note(&format!("{rows} lines, {} bytes, appeared in one moment when they were complete.", written.len()));
        let counted = answer["count"].as_u64() == Some(rows as u64) && rows > 1;
        expect(counted, "as many lines as the answer counts", answer)
    }

    fn fetches(&mut self, ticket: &str) -> Result<(), Trouble> {
        self.page.scene("It looks at the photo in the ticket. A small image comes back as an image.");
        let full = self.session.call("get_ticket", json!({"ticket_number": ticket, "view": "full"}))?.json()?;
        let attachments = full["data"]["responses"].as_array().into_iter().flatten();
        let attachment =
            attachments.flat_map(|response| response["attachments"].as_array().into_iter().flatten()).next();
        let id = attachment.map(|attachment| attachment["id"].clone()).unwrap_or_default();
        let arguments = json!({"ticket_number": ticket, "response_attachment_id": id});
        self.page.call("get_attachment", &arguments);
        let answer = self.session.call("get_attachment", arguments)?;
        self.page.answer(&answer.done()?);
        let bytes = answer.bytes("image").unwrap_or_default();
        self.page.note(&format!("and an image of {} bytes", bytes.len()));
        expect(bytes == picture::sample(), "the very bytes that were sent", format!("{} bytes", bytes.len()))
    }

    fn is_cut_off(&mut self) -> Result<(), Trouble> {
        self.page.scene("The wire is cut in the middle: the helpdesk opens the ticket, but no answer comes back.");
        let cut = Fault::Reset { at: Moment::Done };
        self.helpdesk.fault(Planned::on("tickets.create", cut).always());
        let arguments = json!({
            "originator_email_address": CUSTOMER, "subject": "Refund for the broken pole", "content": "<p>Please refund it.</p>",
        });
        let opened =
            |helpdesk: &Running| helpdesk.effects().iter().filter(|effect| effect.route == "tickets.create").count();
        let before = opened(self.helpdesk);
        self.page.call("create_ticket", &arguments);
        let text = self.session.call("create_ticket", arguments.clone())?.failed()?;
        self.page.refusal(&text);
        expect(text.contains("Outcome: unknown."), "an error that does not claim to know", text)?;
        self.helpdesk.clear_faults();
        self.page.note("The relay tried it again by itself, under the same key, and says what it does not know.");
        self.page.scene("The wire is back, and the assistant calls again.");
        let answer = self.session.call("create_ticket", arguments.clone())?;
        self.page.call("create_ticket", &arguments);
        self.page.answer(&answer.text());
        let now = opened(self.helpdesk);
        expect(answer.text().contains("settles the earlier call"), "the sentence that says so", answer.text())?;
        self.page.note(&format!("{} ticket was opened, over all attempts of both calls.", now - before));
        expect(now - before == 1, "one ticket", now - before)
    }

    fn is_refused(&mut self) -> Result<(), Trouble> {
        self.page.scene("It asks for something that this token may not see. The refusal says what is missing.");
        let arguments = json!({"family": "administration", "action": "ai.index"});
        self.page.call("tickiti_call", &arguments);
        let text = self.session.call("tickiti_call", arguments)?.failed()?;
        self.page.refusal(&text);
        expect(text.contains("403") && text.contains("administration:read"), "a refusal that names the ability", text)
    }

    /// A third party's plugin that would tell everyone what a customer wrote.
    fn is_confined(&mut self, setup: &Setup, ticket: &str, folder: &Path) -> Result<(), Trouble> {
        self.page.scene(
            "You add a plugin that somebody else made. It is to leave notes among staff, and may do nothing else.",
        );
        let body = json!({
            "ticket_number": ticket, "from_email": STAFF, "is_internal": false,
            "content": "<p>Lena Vogt wrote: the second segment split along the seam</p>",
        });
        let component =
            plugins::write(folder, "notes", &plugins::relaying("notes", 1, "tickets.respond", &body.to_string()))?;
        let right = "tickets.respond{is_internal=true}";
        self.page.command(&format!(
            "tickiti-relay plugin add notes.wasm --grant '{right}' --yes --sha256 {}…",
            &plugins::sha256(&component)?[..8]
        ));
        let added = plugins::add(setup, &component, &[right])?;
        self.page.answer(&added.stdout);
        expect(added.code == Some(0), "a plugin that is added", added.stderr)?;
        self.page.note("The relay that runs has it at once. The plugin is a sandboxed WebAssembly component: no network, no files, no token.");
        self.page
            .scene("The assistant calls it. The plugin is a spy: it builds a public answer with the customer's words.");
        let before = self.helpdesk.effects().len();
        self.page.call("notes_go", &json!({}));
        let text = self.session.call("notes_go", json!({}))?.failed()?;
        self.page.refusal(&text);
        expect(text.contains(right) && self.helpdesk.effects().len() == before, "a refusal, and nothing sent", text)?;
        self.page.scene("The audit has a line for it: no body, no token.");
        self.page.command("tickiti-relay audit --json --plugin notes");
        let audit = setup.verb(["audit", "--json", "--plugin", "notes"])?;
        self.page.answer(&audit.stdout);
        expect(
            audit.stdout.contains(r#""allowed":false,"rule":"fixed-fields""#),
            "the decision in the audit",
            audit.stdout,
        )?;
        setup.verb(["plugin", "remove", "notes"])?;
        Ok(())
    }

    fn plans(&mut self, setup: &Setup, ticket: &str) -> Result<(), Trouble> {
        self.page
            .scene("You want to see a call before it is made. `plan` prints what would be sent, and sends no write.");
        let before = self.helpdesk.effects().len();
        let arguments = json!({
            "ticket_number": ticket, "from_email": STAFF, "content": "<p>On its way.</p>", "status": "on-hold",
            "on_hold_until": "2026-12-24",
        });
        let arguments = arguments.to_string();
        self.page.command(&format!("tickiti-relay plan respond_to_ticket --args '{arguments}'"));
        let plan = setup.verb(["plan", "respond_to_ticket", "--args", &arguments])?;
        self.page.answer(&plan.stdout);
        expect(plan.code == Some(0), "a plan", plan.stderr)?;
        expect(plan.stdout.contains("tickets/respond"), "the request in the plan", plan.stdout)?;
        expect(self.helpdesk.effects().len() == before, "nothing done by a plan", "an effect")
    }

    fn ends(&mut self) -> Result<(), Trouble> {
        let status = self.session.finish()?;
        expect(status.success(), "a relay that ends well with its input", status)
    }

    /// Shows a call and its answer.
    fn call(&mut self, tool: &str, arguments: Value) -> Result<String, Trouble> {
        self.page.call(tool, &arguments);
        let answer = self.session.call(tool, arguments)?;
        if answer.is_error() {
            self.page.refusal(&answer.text());
        } else {
            self.page.answer(&answer.text());
        }
        answer.done()
    }
}

fn expect(holds: bool, expected: &str, found: impl ToString) -> Result<(), Trouble> {
    if holds { Ok(()) } else { Err(Trouble::shape(expected, found)) }
}

fn parsed(text: &str) -> Result<Value, Trouble> {
    serde_json::from_str(text).map_err(|_| Trouble::shape("JSON", text))
}

/// The lines that make the relay known to a client.
fn register(page: &Page, program: &Path) {
    let program = program.canonicalize().unwrap_or_else(|_| program.to_owned());
    let path = program.display();
    let entry = json!({
        "command": program,
        "env": {"TICKITI_API_BASE": "https://support.example.com", "TICKITI_API_TOKEN_FILE": "/home/you/.tickiti-token"},
    });
    page.blank();
    page.plain("To use it with your own helpdesk: make a token there (Administration, API keys), save it in a file of your own");
    page.plain(
        "(chmod 600), and let the relay register itself. It shows the change, keeps a copy of the client's file, and",
    );
    page.plain("takes it back with --undo:");
    page.blank();
    page.plain("  export TICKITI_API_BASE=https://support.example.com TICKITI_API_TOKEN_FILE=$HOME/.tickiti-token");
    for client in ["claude-code", "claude-desktop", "vscode", "cursor"] {
        page.plain(&format!("  {path} connect {client}"));
    }
    page.blank();
    page.plain("Or by hand:");
    page.blank();
    page.plain("  Claude Code, in a terminal:");
    page.plain("    claude mcp add tickiti -e TICKITI_API_BASE=https://support.example.com -e TICKITI_API_TOKEN_FILE=$HOME/.tickiti-token \\");
    page.plain(&format!("      -- {path}"));
    let servers = json!({"mcpServers": {"tickiti": entry}});
    page.plain("  Claude Desktop, in claude_desktop_config.json, and Cursor, in ~/.cursor/mcp.json:");
    page.plain(&format!("    {servers}"));
    let mut typed = entry;
    typed["type"] = json!("stdio");
    page.plain("  VS Code, in .vscode/mcp.json:");
    page.plain(&format!("    {}", json!({"servers": {"tickiti": typed}})));
}
