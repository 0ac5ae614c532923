import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * A server that speaks MongoDB's protocol, in memory, for tests. It prints its address and ends when its standard
 * input does, so that it never outlives the test that started it.
 */
public final class Server {
	public static void main(String[] args) throws IOException {
		MemoryBackend backend = new MemoryBackend();
		backend.version(new MongoVersion() {
			@Override
			public List<Integer> getVersionArray() {
				return List.of(5, 0, 0);
			}

			@Override
			public int getWireVersion() {
				return 13; // the driver wants 9 or more, the server says 8
			}
		});
		MongoServer server = new MongoServer(backend);
		// One worker: with more, findAndModify is not atomic.
		server.bind(new InetSocketAddress("127.0.0.1", 0), 1, 1);
		System.out.println("127.0.0.1:" + server.getLocalAddress().getPort());
		System.out.flush();
		while (System.in.read() >= 0) {
			// until the test is gone
		}
		server.shutdownNow();
		System.exit(0);
	}
}
