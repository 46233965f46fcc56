//! The engine in a thread of its own, with handles for shells, and the driver that carries exchanges.

mod near;

use std::sync::Arc;
use std::time::Duration;

use daiban_model::api::{
    self, AddFile, BackupMade, Call, Changed, DropParcels, Enrol, Failure, FindBackups, GetNeighbours, LettersRead,
    ListSticks, MeetNeighbour, Outlet, PaperFault, PaperOut, ParcelLine, ParcelsDropped, PrintPaper, PrintWipe,
    ReadStick, RestoreBackup, Session, SetNeighbours, StickWritten, WriteBackup, WriteParcel, WriteStick,
};
use daiban_model::stamp::Wall;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::{Notify, broadcast, mpsc, oneshot};

use super::files::FilePlace;
use super::papers::Print;
use super::printer::{NoPrinter, Printer, PrinterFault};
use super::{Engine, Enrolment, MeetFault, Outbound, Outgoing, Restoring, Turn, answer, backup, internal, stick};
use crate::backup::Source;
use crate::courier::{LetterId, Part};
use crate::files::intake::{self, Intake, IntakeFault};
use crate::lan::Ends;
use crate::store::Store;
use crate::sync::http::{Carrier, LONGEST_LOOK, Place, Road, RoadFault};
use near::Near;
pub use near::{Finding, Neighbourhood};

/// What the owner is asked to do.
enum Job {
    Call { name: String, body: Value, reply: oneshot::Sender<Result<Value, Failure>> },
    Enrol { call: Enrol, reply: oneshot::Sender<Result<Outgoing, Failure>> },
    Enrolled { answer: Result<Vec<u8>, RoadFault>, reply: oneshot::Sender<Result<Enrolment, Failure>> },
    AddFile { place: FilePlace, intake: Result<Intake, IntakeFault>, reply: oneshot::Sender<Result<Value, Failure>> },
    PrintPaper { call: PrintPaper, reply: oneshot::Sender<Result<Print, Failure>> },
    PrintWipe { call: PrintWipe, reply: oneshot::Sender<Result<Print, Failure>> },
    Ask { reply: oneshot::Sender<Result<Option<Outgoing>, Failure>> },
    Answered { answer: Result<Vec<u8>, RoadFault>, reply: oneshot::Sender<Result<Turn, Failure>> },
    AskBeside { reply: oneshot::Sender<Result<Option<Outgoing>, Failure>> },
    AnsweredBeside { answer: Result<Vec<u8>, RoadFault>, reply: oneshot::Sender<Result<(), Failure>> },
    WriteFilesLetters { room: u64, reply: oneshot::Sender<Result<Vec<Outbound>, Failure>> },
    WriteLetter { reply: oneshot::Sender<Result<(Outbound, Wall), Failure>> },
    TakeLetters { parts: Vec<Part>, reply: oneshot::Sender<Result<LettersRead, Failure>> },
    WriteParcel { to: u8, reply: oneshot::Sender<Result<(Outbound, ParcelLine), Failure>> },
    ParcelWritten { letter: LetterId, line: ParcelLine, reply: oneshot::Sender<Result<ParcelLine, Failure>> },
    ParcelsDone { letters: Vec<LetterId>, reply: oneshot::Sender<Result<Vec<LetterId>, Failure>> },
    BackupSource { reply: oneshot::Sender<Result<(Source, backup::Pass, Wall), Failure>> },
    BackedUp { made: BackupMade, reply: oneshot::Sender<Result<(), Failure>> },
    Restoring { reply: oneshot::Sender<Result<Restoring, Failure>> },
    Restored { reply: oneshot::Sender<Result<Session, Failure>> },
    NearEnds { reply: oneshot::Sender<Result<Option<Ends>, Failure>> },
    Meet { reply: oneshot::Sender<Result<Option<Vec<u8>>, Failure>> },
    Met { answer: Result<Vec<u8>, RoadFault>, reply: oneshot::Sender<Result<Option<Vec<u8>>, Failure>> },
    MetBy { body: Vec<u8>, reply: oneshot::Sender<Result<Result<Vec<u8>, MeetFault>, Failure>> },
}

/// A way to the engine. Cheap to clone.
#[derive(Clone)]
pub struct Handle {
    jobs: mpsc::Sender<Job>,
    changes: broadcast::Sender<Changed>,
    wanted: Arc<Notify>,
    carrier: Arc<dyn Post>,
    printer: Arc<dyn Printer>,
    near: Near,
}

/// A carrier behind a pointer, so that handles have one type.
trait Post: Send + Sync {
    fn post<'a>(
        &'a self,
        to: &'a Place,
        road: Road,
        body: Vec<u8>,
    ) -> std::pin::Pin<Box<dyn Future<Output = Result<Vec<u8>, RoadFault>> + Send + 'a>>;
}

impl<C: Carrier> Post for C {
    fn post<'a>(
        &'a self,
        to: &'a Place,
        road: Road,
        body: Vec<u8>,
    ) -> std::pin::Pin<Box<dyn Future<Output = Result<Vec<u8>, RoadFault>> + Send + 'a>> {
        Box::pin(Carrier::post(self, to, road, body))
    }
}

/// Calls that may wait in line.
const LINE: usize = 64;
/// Change notices a slow shell may fall behind.
const NOTICES: usize = 256;
/// How long the driver lets changes gather before it exchanges.
const GATHER: Duration = Duration::from_secs(2);
/// Calls after which the driver exchanges at once.
const EXCHANGES: [&str; 4] = [api::SyncNow::NAME, api::SendRefusedAgain::NAME, api::Unlock::NAME, api::SetPin::NAME];

/// Gives the engine a thread of its own and starts the driver on the current runtime.
pub fn spawn<S: Store, C: Carrier>(engine: Engine<S>, carrier: C) -> std::io::Result<Handle> {
    let (jobs, inbox) = mpsc::channel(LINE);
    let (changes, _) = broadcast::channel(NOTICES);
    let handle = Handle {
        jobs,
        changes: changes.clone(),
        wanted: Arc::new(Notify::new()),
        carrier: Arc::new(carrier),
        printer: Arc::new(NoPrinter),
        near: Near::default(),
    };
    let wanted = handle.wanted.clone();
    std::thread::Builder::new().name("engine".into()).spawn(
        move || match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime.block_on(own(engine, inbox, changes, wanted)),
            Err(fault) => tracing::error!(%fault, "the engine has no runtime"),
        },
    )?;
    tokio::spawn(drive(handle.clone()));
    Ok(handle)
}

/// The owner's loop. N1.
async fn own<S: Store>(
    mut engine: Engine<S>,
    mut inbox: mpsc::Receiver<Job>,
    changes: broadcast::Sender<Changed>,
    wanted: Arc<Notify>,
) {
    while let Some(job) = next(&mut engine, &mut inbox, &changes).await {
        // Nobody waiting for an answer any more is no fault.
        match job {
            Job::Call { name, body, reply } => {
                let answer = answer::by_name(&mut engine, &name, body).await;
                if EXCHANGES.contains(&name.as_str()) && answer.is_ok() {
                    wanted.notify_one();
                }
                let _ = reply.send(answer);
            }
            Job::Enrol { call, reply } => drop(reply.send(engine.begin_enrol(call))),
            Job::Enrolled { answer, reply } => drop(reply.send(engine.enrolled(answer).await)),
            Job::AddFile { place, intake, reply } => drop(reply.send(added(&mut engine, place, intake).await)),
            Job::PrintPaper { call, reply } => drop(reply.send(engine.print_paper(&call).await)),
            Job::PrintWipe { call, reply } => drop(reply.send(engine.print_wipe(&call).await)),
            Job::Ask { reply } => drop(reply.send(engine.next_request().await)),
            Job::Answered { answer, reply } => drop(reply.send(engine.answered(answer).await)),
            Job::AskBeside { reply } => drop(reply.send(Ok(engine.beside_request()))),
            Job::AnsweredBeside { answer, reply } => drop(reply.send(engine.answered_beside(answer).await)),
            Job::WriteLetter { reply } => {
                let letter = engine.write_letter().await;
                let _ = reply.send(letter.map(|letter| (letter, engine.now())));
            }
            Job::WriteFilesLetters { room, reply } => drop(reply.send(engine.write_files_letters(room).await)),
            Job::TakeLetters { parts, reply } => drop(reply.send(engine.take_letters(parts).await)),
            Job::WriteParcel { to, reply } => drop(reply.send(engine.write_parcel(to).await)),
            Job::ParcelWritten { letter, line, reply } => {
                drop(reply.send(engine.parcel_written(letter, line).await));
            }
            Job::ParcelsDone { letters, reply } => drop(reply.send(engine.parcels_done(letters).await)),
            Job::BackupSource { reply } => drop(reply.send(engine.backup_source().await)),
            Job::BackedUp { made, reply } => drop(reply.send(engine.backed_up(made).await)),
            Job::Restoring { reply } => drop(reply.send(engine.restoring())),
            Job::Restored { reply } => drop(reply.send(engine.restored().await)),
            Job::NearEnds { reply } => drop(reply.send(Ok(engine.near_ends()))),
            Job::Meet { reply } => drop(reply.send(engine.meet().await)),
            Job::Met { answer, reply } => drop(reply.send(engine.met(answer).await)),
            Job::MetBy { body, reply } => drop(reply.send(Ok(engine.met_by(&body).await))),
        }
        if engine.wishes() {
            wanted.notify_one();
        }
        for change in engine.changes() {
            if matches!(change, Changed::Cases { .. } | Changed::People) {
                wanted.notify_one();
            }
            let _ = changes.send(change);
        }
    }
}

/// The next job. While nobody asks for anything, rows that are due are made anew, a run at a time.
async fn next<S: Store>(
    engine: &mut Engine<S>,
    inbox: &mut mpsc::Receiver<Job>,
    changes: &broadcast::Sender<Changed>,
) -> Option<Job> {
    loop {
        match inbox.try_recv() {
            Ok(job) => return Some(job),
            Err(TryRecvError::Disconnected) => return None,
            Err(TryRecvError::Empty) => {}
        }
        let turn = engine.refold_on().await;
        for change in engine.changes() {
            let _ = changes.send(change);
        }
        match turn {
            Ok(Turn::Again) => {}
            Ok(Turn::Done) => return inbox.recv().await,
            // The mark stays; it goes on after the next call.
            Err(fault) => {
                tracing::warn!(%fault, "rows could not be made anew");
                return inbox.recv().await;
            }
        }
    }
}

async fn added<S: Store>(
    engine: &mut Engine<S>,
    place: FilePlace,
    intake: Result<Intake, IntakeFault>,
) -> Result<Value, Failure> {
    to_json(engine.add_file(place, intake).await?)
}

impl Handle {
    /// The same engine with a way for papers out of the program.
    pub fn with_printer(mut self, printer: impl Printer) -> Self {
        self.printer = Arc::new(printer);
        self
    }

    /// A typed call.
    pub async fn call<C: Call>(&self, call: C) -> Result<C::Reply, Failure> {
        let body = serde_json::to_value(call).map_err(|_| internal("a call that is not JSON"))?;
        let reply = self.call_by_name(C::NAME, body).await?;
        serde_json::from_value(reply).map_err(|_| internal("a reply of another shape"))
    }

    /// A call as shells make it: by name, with a JSON body.
    pub async fn call_by_name(&self, name: &str, body: Value) -> Result<Value, Failure> {
        match name {
            Enrol::NAME => to_json(self.enrol(from_json(body)?).await?),
            ListSticks::NAME => to_json(stick::list(from_json(body)?).await?),
            WriteStick::NAME => to_json(self.write_stick(from_json(body)?).await?),
            ReadStick::NAME => to_json(self.read_stick(from_json(body)?).await?),
            WriteParcel::NAME => to_json(self.write_parcel(from_json(body)?).await?),
            DropParcels::NAME => to_json(self.drop_parcels(from_json(body)?).await?),
            WriteBackup::NAME => to_json(self.write_backup(from_json(body)?).await?),
            FindBackups::NAME => to_json(backup::find(from_json(body)?).await?),
            RestoreBackup::NAME => to_json(self.restore_backup(from_json(body)?).await?),
            AddFile::NAME => self.add_file(from_json(body)?).await,
            PrintPaper::NAME => {
                let call: PrintPaper = from_json(body)?;
                to_json(self.put_out(call.to, |reply| Job::PrintPaper { call, reply }).await?)
            }
            PrintWipe::NAME => {
                let call: PrintWipe = from_json(body)?;
                to_json(self.put_out(call.to, |reply| Job::PrintWipe { call, reply }).await?)
            }
            GetNeighbours::NAME => to_json(self.get_neighbours(from_json(body)?).await?),
            SetNeighbours::NAME => to_json(self.set_neighbours(from_json(body)?).await?),
            MeetNeighbour::NAME => to_json(self.meet_neighbour(from_json(body)?).await?),
            _ => self.pass_on(name, body).await,
        }
    }

    async fn pass_on(&self, name: &str, body: Value) -> Result<Value, Failure> {
        let name = name.to_owned();
        self.ask(|reply| Job::Call { name, body, reply }).await
    }

    /// A call that the engine answers and this adds to.
    async fn passed_on<C: Call>(&self, call: C) -> Result<C::Reply, Failure> {
        let body = serde_json::to_value(call).map_err(|_| internal("a call that is not JSON"))?;
        let reply = self.pass_on(C::NAME, body).await?;
        serde_json::from_value(reply).map_err(|_| internal("a reply of another shape"))
    }

    /// What changes from now on.
    pub fn changes(&self) -> broadcast::Receiver<Changed> {
        self.changes.subscribe()
    }

    /// Wakes the driver: exchange now.
    pub fn exchange_now(&self) {
        self.wanted.notify_one();
    }

    /// Turning, shrinking and writing a photograph anew takes up to a second: on a thread of its own, so that nobody who types
    /// meanwhile waits for it. N1 holds for what follows.
    async fn add_file(&self, call: AddFile) -> Result<Value, Failure> {
        let AddFile { case, paper, label, bytes } = call;
        let intake = tokio::task::spawn_blocking(move || intake::take(&bytes.0));
        let intake = intake.await.map_err(|_| internal("a photograph that stopped the thread"))?;
        let place = FilePlace { case, paper, label };
        self.ask(|reply| Job::AddFile { place, intake, reply }).await
    }

    /// A printer that is not there is found out before the print is written down; what it does not take afterwards stays written
    /// down (`engine/papers.rs`, O2).
    async fn put_out(
        &self,
        to: Outlet,
        job: impl FnOnce(oneshot::Sender<Result<Print, Failure>>) -> Job,
    ) -> Result<PaperOut, Failure> {
        if matches!(to, Outlet::Printer { .. }) {
            self.printer.ready().await.map_err(paper_failure)?;
        }
        let Print { pdf, title, turn } = self.ask(job).await?;
        let place = match to {
            Outlet::Printer { copies } => self.printer.print(&title, &pdf, copies).await.map(|()| String::new()),
            Outlet::Folder => self.printer.save(&title, &pdf).await,
        };
        Ok(PaperOut { turn, place: place.map_err(paper_failure)? })
    }

    async fn enrol(&self, call: Enrol) -> Result<Session, Failure> {
        let mut next = self.ask(|reply| Job::Enrol { call, reply }).await?;
        loop {
            let Outgoing { to, road, body } = next;
            let answer = self.carrier.post(&to, road, body).await;
            match self.ask(|reply| Job::Enrolled { answer, reply }).await? {
                Enrolment::Ask(out) => next = out,
                Enrolment::Done(session) => return Ok(*session),
            }
        }
    }

    async fn write_stick(&self, call: WriteStick) -> Result<StickWritten, Failure> {
        let (letter, now) = self.ask(|reply| Job::WriteLetter { reply }).await?;
        let written = stick::write(&call, letter, now).await?;
        let room = stick::room(&call).await?;
        match self.ask(|reply| Job::WriteFilesLetters { room, reply }).await {
            Ok(letters) => stick::write_files(&call, letters, written).await,
            // Locked meanwhile: the cases are there and were read back; the attachments go another time.
            Err(Failure::Locked) => Ok(written),
            Err(failure) => Err(failure),
        }
    }

    async fn read_stick(&self, call: ReadStick) -> Result<LettersRead, Failure> {
        let (parts, damaged) = stick::read(&call).await?;
        let read = self.ask(|reply| Job::TakeLetters { parts, reply }).await?;
        Ok(stick::told(read, damaged))
    }

    async fn write_parcel(&self, call: WriteParcel) -> Result<ParcelLine, Failure> {
        let (out, line) = self.ask(|reply| Job::WriteParcel { to: call.to, reply }).await?;
        let letter = out.letter;
        stick::write_parcel(&call.path, out).await?;
        self.ask(|reply| Job::ParcelWritten { letter, line, reply }).await
    }

    async fn drop_parcels(&self, call: DropParcels) -> Result<ParcelsDropped, Failure> {
        let letters = stick::parcels(&call.path).await?;
        let done = self.ask(|reply| Job::ParcelsDone { letters, reply }).await?;
        Ok(ParcelsDropped { files: stick::remove(&call.path, done).await? })
    }

    async fn write_backup(&self, call: WriteBackup) -> Result<BackupMade, Failure> {
        let (source, pass, now) = self.ask(|reply| Job::BackupSource { reply }).await?;
        let (made, _pass) = backup::write(&call, source, pass, now).await?;
        let told = made.clone();
        self.ask(|reply| Job::BackedUp { made, reply }).await?;
        Ok(told)
    }

    async fn restore_backup(&self, call: RestoreBackup) -> Result<Session, Failure> {
        let restoring = self.ask(|reply| Job::Restoring { reply }).await?;
        let _restoring = backup::restore(call, restoring).await?;
        self.ask(|reply| Job::Restored { reply }).await
    }

    async fn ask<T>(&self, job: impl FnOnce(oneshot::Sender<Result<T, Failure>>) -> Job) -> Result<T, Failure> {
        let (reply, answer) = oneshot::channel();
        self.jobs.send(job(reply)).await.map_err(|_| internal("the engine has stopped"))?;
        answer.await.map_err(|_| internal("the engine has stopped"))?
    }

    /// One run of exchanges, until there is nothing more to send or fetch.
    async fn run(&self) -> Result<(), Failure> {
        while let Some(Outgoing { to, road, body }) = self.ask(|reply| Job::Ask { reply }).await? {
            // The small one first: behind the large one it would wait for its turn on the line.
            let (beside, answer) = tokio::join!(self.beside(), self.carrier.post(&to, road, body));
            beside?;
            if self.ask(|reply| Job::Answered { answer, reply }).await? == Turn::Done {
                break;
            }
        }
        Ok(())
    }

    /// The exchange beside a large one, if that is wanted.
    async fn beside(&self) -> Result<(), Failure> {
        let Some(Outgoing { to, road, body }) = self.ask(|reply| Job::AskBeside { reply }).await? else {
            return Ok(());
        };
        let answer = self.carrier.post(&to, road, body).await;
        self.ask(|reply| Job::AnsweredBeside { answer, reply }).await
    }
}

fn paper_failure(fault: PrinterFault) -> Failure {
    tracing::warn!(%fault, "a paper did not leave");
    let why = match fault {
        PrinterFault::NoPrinter => PaperFault::NoPrinter,
        PrinterFault::Refused => PaperFault::PrinterRefused,
        PrinterFault::NotSaved => PaperFault::NotSaved,
    };
    Failure::Paper { why }
}

fn from_json<C: Call>(body: Value) -> Result<C, Failure> {
    serde_json::from_value(body).map_err(|_| internal("a call of another shape"))
}

fn to_json(reply: impl Serialize) -> Result<Value, Failure> {
    serde_json::to_value(reply).map_err(|_| internal("a reply that is not JSON"))
}

/// Exchanges when something happened here, when somebody asks, and now and then.
async fn drive(handle: Handle) {
    loop {
        if tokio::time::timeout(LONGEST_LOOK, handle.wanted.notified()).await.is_ok() {
            let _ = tokio::time::timeout(GATHER, std::future::pending::<()>()).await;
        }
        if let Err(fault) = handle.run().await {
            tracing::warn!(%fault, "an exchange stopped");
        }
        if handle.jobs.is_closed() {
            return;
        }
    }
}
