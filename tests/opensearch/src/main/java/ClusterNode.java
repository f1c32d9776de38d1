import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.opensearch.analysis.common.CommonAnalysisPlugin;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.index.reindex.ReindexPlugin;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.painless.PainlessPlugin;
import org.opensearch.transport.Netty4Plugin;

/**
 * One node of OpenSearch in this process, which lives no longer than the process that started it: java ClusterNode HOME
 * PARENT. Its settings are HOME/config/opensearch.yml.
 *
 * <p>OpenSearch's own start script is in no registry; what it does beyond this is to hold a server to its limits.
 */
final class ClusterNode extends Node {
  private static final long LOOKED_AT_MILLISECONDS = 200;

  private ClusterNode(Environment environment) {
    // As classes and not as folders of plugins: they lie on the class path, where Maven resolved them.
    super(
        environment,
        List.of(Netty4Plugin.class, CommonAnalysisPlugin.class, PainlessPlugin.class, ReindexPlugin.class),
        true);
  }

  public static void main(String[] arguments) throws Exception {
    long parent = Long.parseLong(arguments[1]);
    endWith(parent);
    Map<String, String> home = Map.of("path.home", arguments[0]);
    ClusterNode node =
        new ClusterNode(
            InternalSettingsPreparer.prepareEnvironment(Settings.EMPTY, home, null, () -> "node.name is in the file"));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> leave(node)));
    node.start();
    // All of a node's threads are daemons: without this one the process would end, as it does when a start fails.
    Thread.currentThread().join();
  }

  /** SIGTERM: hand over what is open, as a server does. */
  private static void leave(Node node) {
    try {
      node.close();
    } catch (IOException failure) {
      failure.printStackTrace();
    }
  }

  /**
   * Halts as soon as the parent is another one. The end of a pipe would tell it sooner, but a process that the parent
   * has forked keeps that pipe open.
   */
  private static void endWith(long parent) {
    Thread watch =
        new Thread(
            () -> {
              while (ProcessHandle.current().parent().map(ProcessHandle::pid).equals(Optional.of(parent))) {
                try {
                  Thread.sleep(LOOKED_AT_MILLISECONDS);
                } catch (InterruptedException ended) {
                  break;
                }
              }
              Runtime.getRuntime().halt(1);
            },
            "parent");
    watch.setDaemon(true);
    watch.start();
  }
}
