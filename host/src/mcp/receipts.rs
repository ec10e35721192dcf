//! Which answers were written whole to the client.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use rmcp::model::RequestId;

use crate::relay::Receipt;

/// The receipts of answers that are made but not yet written, by the request that they answer. A call leaves its receipt here;
/// the transport takes it when it writes the answer. One that is dropped instead says that the client may not know.
#[derive(Debug, Clone, Default)]
pub(super) struct Receipts(Arc<Mutex<HashMap<RequestId, Receipt>>>);

impl Receipts {
    /// Keeps the receipt of an answer that is about to be written.
    pub(super) fn keep(&self, request: RequestId, receipt: Receipt) {
        if receipt.is_needed() {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(request, receipt);
        }
    }

    /// Takes it out: to say that the answer was written, or to drop it.
    pub(super) fn take(&self, request: &RequestId) -> Option<Receipt> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(request)
    }
}
