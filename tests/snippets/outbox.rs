use settings_core::mail::outbox::OutboxError;
use settings_tests::memory_store::MemoryStore;
struct MyStore;
impl MyStore { fn open(database: &str, place: &str) -> Result<MemoryStore, OutboxError> { Ok(MemoryStore::default()) } }
const DATABASE: &str = "";
