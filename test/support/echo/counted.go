package main

import (
	"net"
	"sync/atomic"
)

// Counted counts what its connections read: also what is no request in the end.
type counted struct {
	net.Listener
	bytes *atomic.Int64
}

func (it *counted) Accept() (net.Conn, error) {
	connection, err := it.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &countedConnection{connection, it.bytes}, nil
}

type countedConnection struct {
	net.Conn
	bytes *atomic.Int64
}

func (it *countedConnection) Read(buffer []byte) (int, error) {
	count, err := it.Conn.Read(buffer)
	it.bytes.Add(int64(count))
	return count, err
}
