//! The family `mail`: mailboxes, what keeps mail out, sending, and the archive of what was sent.

mod mailboxes;
mod outgoing;
mod refused;
mod sent;

use crate::families::Known::{Documented, Guess, Recorded};
use crate::families::{Entry, Family};
use crate::reply::Style;
use crate::world::World;

/// `mail`.
pub(crate) const FAMILY: Family = Family {
    name: "mail",
    style: Style::PassThrough,
    seed,
    entries: &[
        Entry::new("mail.excluded.create", Guess, refused::excluded_create),
        Entry::new("mail.excluded.delete", Guess, refused::excluded_delete),
        Entry::new("mail.excluded.index", Recorded, refused::excluded),
        Entry::new("mail.mailboxes.create", Guess, mailboxes::create),
        Entry::new("mail.mailboxes.delete", Guess, mailboxes::delete),
        Entry::new("mail.mailboxes.index", Recorded, mailboxes::index),
        Entry::new("mail.mailboxes.set_password", Guess, mailboxes::set_password),
        Entry::new("mail.mailboxes.update", Guess, mailboxes::update),
        Entry::new("mail.send", Guess, outgoing::send).checked(outgoing::check).styled(Style::Native),
        Entry::new("mail.sent_mail.list", Guess, sent::list),
        Entry::new("mail.sent_mail.search", Documented, sent::search),
        Entry::new("mail.sent_mail.show", Guess, sent::show),
        Entry::new("mail.subjects.create", Guess, refused::subjects_create),
        Entry::new("mail.subjects.delete", Guess, refused::subjects_delete),
        Entry::new("mail.subjects.index", Recorded, refused::subjects),
    ],
};

fn seed(world: &mut World) {
    mailboxes::seed(world);
    refused::seed(world);
    sent::seed(world);
}
