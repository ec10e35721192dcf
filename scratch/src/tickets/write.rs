//! The few ways in which tickets and responses come to be; every route and every seed goes through them.

use bytes::Bytes;

use crate::html::{plain_text, take_images};
use crate::tickets::model::{Attachment, Priority, Response, Status, Ticket};
use crate::world::World;

/// A ticket to be.
#[derive(Debug, Clone, Default)]
pub struct NewTicket {
    /// Subject.
    pub subject: String,
    /// Address of the person it is raised for.
    pub originator: String,
    /// Queue.
    pub queue_id: u64,
    /// Priority.
    pub priority: Priority,
    /// Status.
    pub status: Status,
    /// While on hold.
    pub on_hold_until: Option<String>,
    /// Address or `team:<id>`.
    pub assigned: Option<String>,
    /// More participants.
    pub participants: Vec<String>,
    /// Intervention and remote id.
    pub remote: Option<(String, String)>,
}

/// A file that is attached, by the digest of stored bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRef {
    /// File name.
    pub name: String,
    /// Digest of its bytes.
    pub sha256: String,
}

/// A response to be.
#[derive(Debug, Clone, Default)]
pub struct NewResponse {
    /// Its ticket.
    pub ticket_id: u64,
    /// Body, images as `data:` addresses; `None` only records changes.
    pub html: Option<String>,
    /// For staff only.
    pub is_internal: bool,
    /// Address of its author.
    pub author: String,
    /// Files.
    pub files: Vec<FileRef>,
    /// Records of changes.
    pub audit: Vec<String>,
    /// Came by mail.
    pub by_mail: bool,
}

impl World {
    /// Opens a ticket without a response and says its id.
    pub fn open_ticket(&mut self, new: NewTicket) -> u64 {
        let id = self.tickets.len() as u64 + 1;
        self.user_made(&new.originator);
        let mut participants = vec![new.originator.clone()];
        for email in new.participants {
            self.user_made(&email);
            if !participants.contains(&email) {
                participants.push(email);
            }
        }
        let now = self.now();
        self.tickets.push(Ticket {
            id,
            number: number(id),
            subject: new.subject,
            status: new.status,
            priority: new.priority,
            queue_id: new.queue_id,
            originator: new.originator,
            assigned: new.assigned,
            resolved: None,
            on_hold_until: new.on_hold_until,
            participants,
            links: Vec::new(),
            responses: Vec::new(),
            created_at: now,
            updated_at: now,
            deleted_at: None,
            merged_to: None,
            remote: new.remote,
        });
        id
    }

    /// Adds a response at the end of its ticket's thread and says its id. Inline images become stored attachments.
    pub fn add_response(&mut self, new: NewResponse) -> u64 {
        let id = self.responses.len() as u64 + 1;
        let now = self.now();
        let by_staff = self.is_staff(&new.author);
        let (html, inline) = self.stored_body(new.html.as_deref());
        let plain = html.as_deref().map(plain_text).unwrap_or_default();
        self.responses.push(Response {
            id,
            ticket_id: new.ticket_id,
            html,
            plain,
            is_internal: new.is_internal,
            is_pinned: false,
            by_staff,
            created_by: new.author,
            created_at: now,
            updated_at: now,
            by_mail: new.by_mail,
            deleted_at: None,
            deleted_with_ticket: false,
            audit: new.audit,
            attachments: Vec::new(),
        });
        for file in inline {
            self.attach(id, file, true);
        }
        for file in new.files {
            self.attach(id, file, false);
        }
        if let Some(ticket) = self.ticket_mut(new.ticket_id) {
            ticket.responses.push(id);
            ticket.updated_at = now;
        }
        id
    }

    /// The body as it is stored, and the images that were in it.
    pub fn stored_body(&mut self, html: Option<&str>) -> (Option<String>, Vec<FileRef>) {
        let Some(html) = html else { return (None, Vec::new()) };
        let (body, images) = take_images(html, |image| crate::effects::sha256(&image.bytes));
        let files = images.into_iter().map(|image| FileRef { name: image.name, sha256: self.store(image.bytes) });
        (Some(body), files.collect())
    }

    /// Puts a stored file on a response and says the attachment's id.
    pub fn attach(&mut self, response_id: u64, file: FileRef, is_inline: bool) -> u64 {
        self.last_attachment += 1;
        let id = self.last_attachment;
        self.attachments.insert(id, Attachment { id, response_id, name: file.name, sha256: file.sha256, is_inline });
        if let Some(response) = self.response_mut(response_id) {
            response.attachments.push(id);
        }
        id
    }

    /// Keeps bytes and hands out what an attachment needs of them.
    pub fn file(&mut self, name: &str, bytes: impl Into<Bytes>) -> FileRef {
        FileRef { name: name.to_owned(), sha256: self.store(bytes.into()) }
    }

    /// A ticket by id, deleted or not.
    #[must_use]
    pub fn ticket(&self, id: u64) -> Option<&Ticket> {
        self.tickets.get(place(id)?)
    }

    /// A ticket by id, to change.
    pub fn ticket_mut(&mut self, id: u64) -> Option<&mut Ticket> {
        self.tickets.get_mut(place(id)?)
    }

    /// A ticket by its public number, deleted or not.
    #[must_use]
    pub fn ticket_numbered(&self, number: u64) -> Option<&Ticket> {
        self.tickets.iter().find(|ticket| ticket.number == number)
    }

    /// A response by id, deleted or not.
    #[must_use]
    pub fn response(&self, id: u64) -> Option<&Response> {
        self.responses.get(place(id)?)
    }

    /// A response by id, to change.
    pub fn response_mut(&mut self, id: u64) -> Option<&mut Response> {
        self.responses.get_mut(place(id)?)
    }

    /// The responses of a ticket as its thread shows them: pinned first, deleted ones left out.
    #[must_use]
    pub fn thread(&self, ticket: &Ticket) -> Vec<&Response> {
        let shown = ticket.responses.iter().filter_map(|id| self.response(*id));
        let mut thread: Vec<_> = shown.filter(|response| response.deleted_at.is_none()).collect();
        thread.sort_by_key(|response| !response.is_pinned);
        thread
    }

    /// Bytes of an attachment.
    #[must_use]
    pub fn bytes_of(&self, attachment: &Attachment) -> Bytes {
        self.blobs.get(&attachment.sha256).cloned().unwrap_or_default()
    }
}

fn place(id: u64) -> Option<usize> {
    usize::try_from(id).ok()?.checked_sub(1)
}

/// Six digits that do not repeat for the first 900,000 tickets, the first being 709383.
fn number(id: u64) -> u64 {
    100_000 + (609_383 + (id - 1) * 104_729) % 900_000
}
