package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/archive"
	"github.com/almotacen/almotacen/telemetry/lineprotocol"
)

// Config of keep.
type Config struct {
	Broker   string // host:port
	ClientID string // the broker keeps its messages while it is away
	Topic    string
	File     string // archive, made or gone on with
	Say      func(string)
	// Subscribed is called at each subscription. What is published before the first goes to nobody.
	Subscribed func()
}

// batch is how many messages are stored at once, and flush how long the first of them waits.
const (
	batchSize  = 256
	flushAfter = 100 * time.Millisecond
)

// keep subscribes and appends what comes to the archive until ctx ends. A message is acknowledged after the
// archive is on the disk: whatever stops before, broker, network or this program, the broker sends it
// again. So readings may come twice, and aggregation leaves the second out.
func keep(ctx context.Context, c Config) (err error) {
	file, err := os.OpenFile(c.File, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	w, lost, err := archive.Resume(file)
	if err != nil {
		return err
	}
	if lost > 0 {
		c.Say(fmt.Sprintf("%s: %d bytes of a block cut short were dropped; their messages come again", c.File, lost))
	}
	k := &keeper{Config: c, file: file, w: w, decoder: lineprotocol.Format().NewDecoder(telemetry.Config{Policy: telemetry.Skip, Source: c.Topic})}
	for ctx.Err() == nil {
		if err := k.connection(ctx); err != nil {
			return err
		}
	}
	return nil
}

type keeper struct {
	Config
	file    *os.File
	w       *archive.Writer
	decoder telemetry.Decoder
	batch   telemetry.Batch
	pending []mqtt.Message
}

// connection serves one connection, from connecting until it is lost or ctx ends. Each has a client of its own:
// packets are numbered anew after a restart of the broker, and an acknowledgement that came late, over
// the next connection, would be for another reading.
func (k *keeper) connection(ctx context.Context) error {
	messages, lost, over := make(chan mqtt.Message), make(chan error, 2), make(chan struct{})
	defer close(over)
	o := mqtt.NewClientOptions().AddBroker("tcp://" + k.Broker).SetClientID(k.ClientID).SetProtocolVersion(4).
		SetCleanSession(false).   // the broker keeps the subscription and what comes meanwhile
		SetAutoAckDisabled(true). // acknowledged below, once stored
		SetAutoReconnect(false).SetConnectRetry(true).SetConnectRetryInterval(100 * time.Millisecond)
	o.SetOnConnectHandler(func(client mqtt.Client) {
		if t := client.Subscribe(k.Topic, 1, nil); t.Wait() && t.Error() != nil {
			k.Say("subscribing: " + t.Error().Error())
			client.Disconnect(0)
			lost <- t.Error()
			return
		}
		k.Say("subscribed to " + k.Topic)
		if k.Subscribed != nil {
			k.Subscribed()
		}
	})
	o.SetConnectionLostHandler(func(_ mqtt.Client, err error) { lost <- err })
	o.SetDefaultPublishHandler(func(_ mqtt.Client, m mqtt.Message) {
		select {
		case messages <- m: // waits while the disk is slow, and so does the broker
		case <-over:
		}
	})
	client := mqtt.NewClient(o)
	client.Connect()
	defer client.Disconnect(100)
	k.pending = k.pending[:0]
	var due <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return k.store()
		case err := <-lost:
			k.Say("connection lost: " + err.Error())
			return nil // what was not acknowledged comes again
		case <-due:
			due = nil
			if err := k.store(); err != nil {
				return err
			}
		case m := <-messages:
			if err := k.take(m); err != nil {
				return err
			}
			if len(k.pending) == 1 {
				due = time.After(flushAfter)
			}
			if len(k.pending) == batchSize {
				if err := k.store(); err != nil {
					return err
				}
			}
		}
	}
}

// take decodes a message into the archive's next block.
func (k *keeper) take(m mqtt.Message) error {
	k.batch.Reset()
	if err := k.decoder.Decode(&k.batch, m.Payload()); err != nil {
		k.Say(m.Topic() + ": " + err.Error())
	}
	for _, f := range k.batch.Findings { // a bad message would come for ever: told, and acknowledged
		k.Say(m.Topic() + ": " + f.Error.Error())
	}
	k.pending = append(k.pending, m)
	return k.w.Write(&k.batch)
}

// store brings the block to the disk and then acknowledges its messages.
func (k *keeper) store() error {
	if len(k.pending) == 0 {
		return nil
	}
	if err := errors.Join(k.w.Flush(), k.file.Sync()); err != nil {
		return err
	}
	for _, m := range k.pending {
		m.Ack()
	}
	k.Say(fmt.Sprintf("stored %d messages, %d bytes in all", len(k.pending), k.w.Size()))
	k.pending = k.pending[:0]
	return nil
}

// count is how many readings an archive has, and how many of them are different.
func count(name string) (different, rows int, err error) {
	file, err := os.Open(name)
	if os.IsNotExist(err) {
		return 0, 0, nil
	}
	if err != nil {
		return 0, 0, err
	}
	defer file.Close()
	type key struct {
		entity, attribute uint32
		time              int64
	}
	seen := map[key]bool{}
	for b, err := range archive.NewReader(file, archive.Filter{}).Blocks() {
		if errors.Is(err, archive.ErrTruncated) || errors.Is(err, archive.ErrFormat) && rows == 0 {
			break // being written
		}
		if err != nil {
			return 0, 0, err
		}
		rows += b.Len()
		for i := range b.Len() {
			seen[key{b.Entity[i], b.Attribute[i], b.Time[i]}] = true
		}
	}
	return len(seen), rows, nil
}
