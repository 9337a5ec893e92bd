package scaleout_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Where the proxies to Redis and SQL listen: addresses of their own, so that a
// namespace can lose one and keep the others. Vendors are at 127.0.0.1.
const (
	redisAt = "127.0.0.2"
	sqlAt   = "127.0.0.3"
)

// namespace is a network of its own for a process, with one cable to this network. The
// loopback addresses of this network are at the other end of the cable: plain HTTP is
// for loopback addresses only.
type namespace struct {
	name, near, far string // the namespace, and the ends of the cable
	nearCard        string // the hardware address of the near end
}

// nobody is a hardware address that no card has. What is sent there vanishes: no error,
// no reset.
const nobody = "02:00:00:00:00:01"

// newNamespace makes one until the test ends. It needs root, and ip and tc of iproute2.
func newNamespace(t *testing.T) (*namespace, error) {
	t.Helper()
	id := fmt.Sprintf("%06x", rand.IntN(1<<24))
	n := &namespace{name: "idverify-" + id, near: "idvn" + id, far: "idvf" + id}
	own := fmt.Sprintf("198.18.%d.%d", rand.IntN(256), 1+rand.IntN(254)) // for tests of networks, RFC 2544
	if err := n.run("ip netns add NAME"); err != nil {
		return nil, err
	}
	t.Cleanup(func() { require.NoError(t, n.run("ip netns del NAME")) }) // with the cable
	for _, command := range []string{
		"ip link add NEAR type veth peer name FAR netns NAME",
		"ip link set NEAR up",
		"ip route add " + own + "/32 dev NEAR",
		"echo 1 > /proc/sys/net/ipv4/conf/NEAR/route_localnet",
		"ip -n NAME addr add " + own + "/32 dev FAR",
		"ip -n NAME link set FAR up",
		"ip netns exec NAME sh -c 'echo 1 > /proc/sys/net/ipv4/conf/FAR/route_localnet'",
		"ip -n NAME route add 127.0.0.0/8 dev FAR src " + own,
	} {
		if err := n.run(command); err != nil {
			return nil, err
		}
	}
	card, err := exec.CommandContext(t.Context(), "cat", "/sys/class/net/"+n.near+"/address").Output()
	if err != nil {
		return nil, err
	}
	n.nearCard = strings.TrimSpace(string(card))
	for _, addr := range []string{"127.0.0.1", redisAt, sqlAt} {
		if err := n.heal(addr); err != nil {
			return nil, err
		}
	}
	return n, n.works()
}

// works tries the namespace out, because not every system that makes one also lets
// packets through.
func (n *namespace) works() error {
	l, err := net.Listen("tcp", redisAt+":0")
	if err != nil {
		return err
	}
	defer l.Close()
	dial := strings.Replace("timeout 2 ip netns exec NAME bash -c ': </dev/tcp/AT'", "AT", strings.Replace(l.Addr().String(), ":", "/", 1), 1)
	if err := n.run(dial); err != nil {
		return err
	}
	if err := n.cut(redisAt); err != nil {
		return err
	}
	if n.run(dial) == nil {
		return errors.New("packets that should vanish arrive")
	}
	return n.heal(redisAt)
}

// run executes a line of a shell.
func (n *namespace) run(line string) error {
	line = strings.NewReplacer("NAME", n.name, "NEAR", n.near, "FAR", n.far).Replace(line)
	if out, err := exec.Command("sh", "-c", line).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", line, err, out)
	}
	return nil
}

// under is the command that starts a process in the namespace.
func (n *namespace) under() []string { return []string{"ip", "netns", "exec", n.name} }

// cut lets everything vanish that the namespace sends to an address.
func (n *namespace) cut(addr string) error { return n.send(addr, nobody) }

func (n *namespace) heal(addr string) error { return n.send(addr, n.nearCard) }

func (n *namespace) send(addr, card string) error {
	return n.run("ip -n NAME neigh replace " + addr + " lladdr " + card + " dev FAR nud permanent")
}

// slow limits what the namespace can send.
func (n *namespace) slow(rate string) error {
	return n.run("tc -n NAME qdisc replace dev FAR root tbf rate " + rate + " burst 2kb latency 2s")
}

func (n *namespace) fast() error { return n.run("tc -n NAME qdisc del dev FAR root") }
