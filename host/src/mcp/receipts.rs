//! Which answers were written whole to the client.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rmcp::model::RequestId;

use crate::relay::Receipt;

/// The receipts of answers that are made but not yet written, by the request that they answer. The transport makes a place when
/// it reads the request, and clears it when the client calls the request off; a call puts its receipt there; the transport takes
/// it when it writes the answer. So a receipt lies here only as long as its answer is on its way. One that finds no place is
/// dropped, which says that the client may not know.
#[derive(Debug, Clone, Default)]
pub(super) struct Receipts(Arc<Mutex<HashMap<RequestId, Option<Receipt>>>>);

impl Receipts {
    /// A request was read. An earlier one under the same id gets no receipt any more: nobody can tell their answers apart.
    pub(super) fn expect(&self, request: RequestId) {
        // What was there is dropped after the lock is let go.
        let before = self.lock().insert(request, None);
        drop(before);
    }

    /// Keeps the receipt of an answer that is about to be written.
    pub(super) fn keep(&self, request: &RequestId, receipt: Receipt) {
        let mut all = self.lock();
        let unwanted = match all.get_mut(request) {
            Some(place) => place.replace(receipt),
            None => Some(receipt),
        };
        drop(all);
        drop(unwanted);
    }

    /// Takes it out: to say that the answer was written, or to drop it.
    pub(super) fn take(&self, request: &RequestId) -> Option<Receipt> {
        self.lock().remove(request).flatten()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RequestId, Option<Receipt>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_kept(receipts: &Receipts, request: &RequestId) -> bool {
        receipts.keep(request, Receipt::none());
        receipts.take(request).is_some()
    }

    #[test]
    fn a_receipt_waits_for_its_answer_and_for_no_other() {
        let (receipts, request) = (Receipts::default(), RequestId::Number(1));
        receipts.expect(request.clone());
        assert!(is_kept(&receipts, &request));
        assert!(!is_kept(&receipts, &request), "its answer was written already");
        receipts.expect(request.clone());
        receipts.keep(&request, Receipt::none());
        receipts.expect(request.clone());
        assert!(receipts.take(&request).is_none(), "another request under the same id");
        assert!(receipts.lock().is_empty());
    }

    #[test]
    fn a_call_that_ends_when_it_was_just_called_off_leaves_nothing_behind() {
        let (receipts, request) = (Receipts::default(), RequestId::Number(1));
        receipts.expect(request.clone());
        // The client's word is read, and only then the call comes to its end.
        assert!(receipts.take(&request).is_none());
        assert!(!is_kept(&receipts, &request));
        assert!(receipts.lock().is_empty());
    }
}
