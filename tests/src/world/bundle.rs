//! 一件事 taken at a station of this world.

use daiban_model::api::{DraftBundle, GetBundle, PreviewDraft, ReceiveDraft, SaveDraft, StartDraft, Taken};
use daiban_model::case::event::{Help, PaperState};

use super::{Person, Station, must, some};

impl Station {
    /// A bundle received with all papers, every question answered with its first answer but for these.
    pub fn receive_bundle(&mut self, person: &Person, bundle: &str, others: &[(&str, u8)]) -> Taken {
        let id = must("a bundle id", bundle.parse());
        let guide = self.ask(GetBundle { id });
        let mut answers = guide.questions.into_iter().map(|question| (question.id, 0)).collect::<Vec<_>>();
        for (question, answer) in others {
            some(question, answers.iter_mut().find(|(id, _)| id == question)).1 = *answer;
        }
        let mut draft = self.ask(StartDraft { from: None, item: None });
        draft.person = person.typed();
        draft.help = Help::Guidance;
        draft.bundle = Some(DraftBundle { id: guide.row.id, answers: answers.into_iter().collect() });
        let id = draft.id;
        self.ask(SaveDraft { draft: draft.clone() });
        draft.papers = self.ask(PreviewDraft { id }).papers;
        for paper in &mut draft.papers {
            paper.state = Some(PaperState::Original);
        }
        self.ask(SaveDraft { draft });
        self.ask(ReceiveDraft { id })
    }
}
