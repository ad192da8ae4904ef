package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/nats-io/nats-server/v2/server"
)

// runningBroker is a broker in this process: a NATS server, which speaks MQTT 3.1.1 and keeps sessions and
// readings in files, behind a door that can be shut.
//
// The server confirms a reading a moment before it is in its files. So stop shuts the door first, and lets the server
// finish what has come in: what was confirmed is then stored. A broker that is killed can lose what it
// confirmed in that moment; where that matters, choose one that stores first.
type runningBroker struct {
	server  *server.Server
	address string
	door    net.Listener
	mu      sync.Mutex
	open    map[net.Conn]bool
}

// startBroker listens on an address of this machine. Everybody may connect: a real broker has accounts and TLS.
func startBroker(address, store string) (*runningBroker, error) {
	door, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	inner, err := net.Listen("tcp", "127.0.0.1:0") // the server does not tell its port: choose one
	if err != nil {
		return nil, err
	}
	at := inner.Addr().(*net.TCPAddr)
	if err := inner.Close(); err != nil {
		return nil, err
	}
	s, err := server.NewServer(&server.Options{
		ServerName: "example", DontListen: true, JetStream: true, StoreDir: store, SyncAlways: true, NoSigs: true, NoLog: true,
		MQTT: server.MQTTOpts{Host: at.IP.String(), Port: at.Port, AckWait: 2 * time.Second},
	})
	if err != nil {
		return nil, fmt.Errorf("broker: %w", err)
	}
	s.Start()
	if !s.ReadyForConnections(20 * time.Second) {
		s.Shutdown()
		return nil, fmt.Errorf("broker: not ready on %s after 20 s", address)
	}
	b := &runningBroker{server: s, address: door.Addr().String(), door: door, open: map[net.Conn]bool{}}
	go b.serve(at.String())
	return b, nil
}

// serve joins each connection with one to the server, until the door is shut.
func (b *runningBroker) serve(inner string) {
	for {
		outside, err := b.door.Accept()
		if err != nil {
			return
		}
		inside, err := net.Dial("tcp", inner)
		if err != nil {
			_ = outside.Close()
			continue
		}
		b.mu.Lock()
		b.open[outside] = true
		b.mu.Unlock()
		both := func() { _, _ = outside.Close(), inside.Close() }
		go func() { _, _ = io.Copy(inside, outside); both() }()
		go func() { _, _ = io.Copy(outside, inside); both() }()
	}
}

func (b *runningBroker) stop() {
	_ = b.door.Close()
	b.mu.Lock()
	for c := range b.open {
		_ = c.Close()
	}
	b.mu.Unlock()
	for last, quiet := uint64(0), 0; quiet < 10; quiet++ { // its queues empty within microseconds
		time.Sleep(10 * time.Millisecond)
		if info, err := b.server.Jsz(nil); err == nil && info.Messages != last {
			last, quiet = info.Messages, 0
		}
	}
	b.server.Shutdown()
	b.server.WaitForShutdown()
}

// sensor publishes n readings with QoS 1, each until the broker has confirmed it.
func sensor(ctx context.Context, address, id string, n int) error {
	o := mqtt.NewClientOptions().AddBroker("tcp://" + address).SetClientID("sensor-" + id).SetProtocolVersion(4).SetCleanSession(false).
		SetConnectRetry(true).SetConnectRetryInterval(100 * time.Millisecond).SetMaxReconnectInterval(time.Second)
	client := mqtt.NewClient(o)
	if t := client.Connect(); t.Wait() && t.Error() != nil {
		return t.Error()
	}
	defer client.Disconnect(100)
	for i := range n {
		at := time.Date(2026, 3, 29, 0, 0, i, 0, time.UTC)
		t := client.Publish("city/air/"+id, 1, false, fmt.Sprintf("air,id=%s no2=%d.5 %d\n", id, 20+i%30, at.UnixNano()))
		select {
		case <-t.Done():
			if t.Error() != nil {
				return t.Error()
			}
		case <-ctx.Done():
			return ctx.Err()
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
