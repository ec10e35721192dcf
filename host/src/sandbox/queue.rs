//! Whose turn it is: round robin over plugins, first come first served within one.

use std::collections::VecDeque;

/// A queue in which a lane with a thousand items delays another lane's first by one item only.
#[derive(Debug)]
pub(super) struct FairQueue<K, T> {
    /// None is empty; the first has the next turn.
    lanes: VecDeque<(K, VecDeque<T>)>,
}

impl<K: PartialEq, T> FairQueue<K, T> {
    pub(super) fn new() -> Self {
        Self { lanes: VecDeque::new() }
    }

    /// Puts an item at the end of its lane.
    pub(super) fn push(&mut self, key: K, item: T) {
        match self.lanes.iter_mut().find(|(known, _)| *known == key) {
            Some((_, lane)) => lane.push_back(item),
            None => self.lanes.push_back((key, VecDeque::from([item]))),
        }
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.lanes.is_empty()
    }

    /// Takes the first item of the lane whose turn it is; that lane then goes to the end.
    pub(super) fn pop(&mut self) -> Option<T> {
        let (key, mut lane) = self.lanes.pop_front()?;
        let item = lane.pop_front();
        if !lane.is_empty() {
            self.lanes.push_back((key, lane));
        }
        item
    }

    /// Takes out all items that `expired` holds for. Within a lane the oldest comes first, so it stops at the first that
    /// has not.
    pub(super) fn take_expired(&mut self, expired: impl Fn(&T) -> bool) -> Vec<T> {
        let mut taken = Vec::new();
        for (_, lane) in &mut self.lanes {
            while let Some(item) = lane.pop_front_if(|item| expired(item)) {
                taken.push(item);
            }
        }
        self.lanes.retain(|(_, lane)| !lane.is_empty());
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain(queue: &mut FairQueue<char, u32>) -> Vec<u32> {
        std::iter::from_fn(|| queue.pop()).collect()
    }

    #[test]
    fn a_full_lane_does_not_delay_another() {
        let mut queue = FairQueue::new();
        (1..=4).for_each(|item| queue.push('a', item));
        queue.push('b', 10);
        queue.push('c', 20);
        queue.push('b', 11);
        assert_eq!(drain(&mut queue), [1, 10, 20, 2, 11, 3, 4]);
        assert!(queue.lanes.is_empty());
    }

    #[test]
    fn a_lane_that_comes_back_waits_for_the_others() {
        let mut queue = FairQueue::new();
        queue.push('a', 1);
        queue.push('b', 10);
        assert_eq!(queue.pop(), Some(1));
        queue.push('a', 2);
        assert_eq!(drain(&mut queue), [10, 2]);
    }

    #[test]
    fn only_expired_items_are_taken_out() {
        let mut queue = FairQueue::new();
        [('a', 1), ('a', 5), ('a', 2), ('b', 2)].into_iter().for_each(|(key, item)| queue.push(key, item));
        assert_eq!(queue.take_expired(|item| *item < 3), [1, 2]);
        assert_eq!(drain(&mut queue), [5, 2]);
    }
}
