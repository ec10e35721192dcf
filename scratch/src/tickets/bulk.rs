//! Many tickets at once, for tests of paging and export.

use time::Duration;

use crate::tickets::write::{NewResponse, NewTicket};
use crate::world::World;

impl World {
    /// Adds so many tickets of so many responses each, a minute apart, and hands out their numbers.
    ///
    /// Customer and staff take turns; every third response is a note for staff. Several responses share a second, so that
    /// paging by time alone would lose or repeat some.
    pub fn add_bulk(&mut self, tickets: usize, responses_each: usize) -> Vec<u64> {
        let mut numbers = Vec::with_capacity(tickets);
        for ticket in 0..tickets {
            let customer = format!("bulk{}@customers.example", ticket % 50);
            let ticket_id = self.open_ticket(NewTicket {
                subject: format!("Bulk ticket {ticket}"),
                originator: customer.clone(),
                queue_id: 2,
                ..NewTicket::default()
            });
            for response in 0..responses_each {
                let by_staff = response % 2 == 1;
                let author = if by_staff { "priya.nair@kestrel.example".to_owned() } else { customer.clone() };
                self.add_response(NewResponse {
                    ticket_id,
                    html: Some(format!("<p>Ticket {ticket}, response {response}: grüße, <b>all is well</b>.</p>")),
                    is_internal: by_staff && response % 3 == 0,
                    author,
                    by_mail: !by_staff,
                    ..NewResponse::default()
                });
                if response % 4 == 3 {
                    self.clock.advance(Duration::MINUTE);
                }
            }
            numbers.extend(self.ticket(ticket_id).map(|ticket| ticket.number));
        }
        numbers
    }
}
