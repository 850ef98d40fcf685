// The two ends of gRPC as grpc-go has them, for the test of what lies between: a pod, and a client that makes one
// call of each kind and says what came of it.
//
//	grpc_probe pod 127.0.0.1:PORT [CERTIFICATE KEY]
//	grpc_probe call ADDRESS AUTHORITY CASE
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthgrpc "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// Messages are bytes; those of the health service are protocol buffers.
type raw struct{}

func (raw) Marshal(v any) ([]byte, error) {
	if message, ok := v.(proto.Message); ok {
		return proto.Marshal(message)
	}
	return *(v.(*[]byte)), nil
}

func (raw) Unmarshal(data []byte, v any) error {
	if message, ok := v.(proto.Message); ok {
		return proto.Unmarshal(data, message)
	}
	*(v.(*[]byte)) = bytes.Clone(data)
	return nil
}

func (raw) Name() string { return "raw" }

func fail(what string, err error) {
	fmt.Fprintln(os.Stderr, what+":", err)
	os.Exit(1)
}

// Answers by the method's name.
func handle(_ any, stream grpc.ServerStream) error {
	method, _ := grpc.MethodFromServerStream(stream)
	var in []byte
	stream.SetTrailer(metadata.Pairs("pod-trailer", "yes", "pod-bin", "\x00\x01"))
	switch method {
	case "/test.Probe/Unary":
		if err := stream.RecvMsg(&in); err != nil {
			return err
		}
		out := append([]byte("echo "), in...)
		return stream.SendMsg(&out)
	case "/test.Probe/ServerStream":
		if err := stream.RecvMsg(&in); err != nil {
			return err
		}
		for i := 0; i < 100; i++ {
			out := bytes.Repeat([]byte{byte('a' + i%26)}, 20000)
			if err := stream.SendMsg(&out); err != nil {
				return err
			}
		}
		return nil
	case "/test.Probe/ClientStream":
		total := 0
		for {
			err := stream.RecvMsg(&in)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return err
			}
			total += len(in)
		}
		out := []byte(fmt.Sprint(total))
		return stream.SendMsg(&out)
	case "/test.Probe/Bidi":
		for {
			err := stream.RecvMsg(&in)
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			if err := stream.SendMsg(&in); err != nil {
				return err
			}
		}
	case "/test.Probe/Wait":
		<-stream.Context().Done()
		fmt.Println("cancelled")
		return stream.Context().Err()
	}
	return status.Error(codes.NotFound, "no method "+method)
}

func pod(args []string) {
	options := []grpc.ServerOption{grpc.UnknownServiceHandler(handle), grpc.ForceServerCodec(raw{})}
	if len(args) == 3 {
		creds, err := credentials.NewServerTLSFromFile(args[1], args[2])
		if err != nil {
			fail("certificate", err)
		}
		options = append(options, grpc.Creds(creds))
	}
	listener, err := net.Listen("tcp", args[0])
	if err != nil {
		fail("listen", err)
	}
	fmt.Println("ready")
	server := grpc.NewServer(options...)
	states := health.NewServer() // the server itself is SERVING
	states.SetServingStatus("test.Well", healthgrpc.HealthCheckResponse_SERVING)
	states.SetServingStatus("test.Ill", healthgrpc.HealthCheckResponse_NOT_SERVING)
	healthgrpc.RegisterHealthServer(server, states)
	if err := server.Serve(listener); err != nil {
		fail("serve", err)
	}
}

func call(address, authority, kind string) {
	connection, err := grpc.NewClient("passthrough:///"+address, grpc.WithAuthority(authority),
		grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithDefaultCallOptions(grpc.ForceCodec(raw{})))
	if err != nil {
		fail("client", err)
	}
	defer connection.Close()
	limit := 15 * time.Second
	if kind == "Wait" {
		limit = 500 * time.Millisecond
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	description := &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}
	stream, err := connection.NewStream(ctx, description, "/test.Probe/"+kind)
	if err != nil {
		fail("stream", err)
	}
	send := func(text []byte) {
		if err := stream.SendMsg(&text); err != nil && !errors.Is(err, io.EOF) {
			fail("send", err)
		}
	}
	var in []byte
	received := 0
	switch kind {
	case "ClientStream":
		for i := 0; i < 40; i++ { // less than proxy-body-size
			send(bytes.Repeat([]byte("x"), 20000))
		}
	case "Bidi": // each is answered before the next is sent
		for i := 0; i < 20; i++ {
			text := []byte(fmt.Sprint("ping ", i))
			send(text)
			if err := stream.RecvMsg(&in); err != nil || !bytes.Equal(in, text) {
				fail("bidi", fmt.Errorf("%q, %v", in, err))
			}
			received += len(in)
		}
	default:
		send([]byte("hello"))
	}
	stream.CloseSend()
	for {
		err = stream.RecvMsg(&in)
		if err != nil {
			break
		}
		received += len(in)
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	fmt.Printf("status=%s message=%q received=%d last=%.40q trailer=%q\n", status.Code(err), status.Convert(err).Message(),
		received, in, stream.Trailer().Get("pod-trailer"))
}

func main() {
	if len(os.Args) >= 3 && os.Args[1] == "pod" {
		pod(os.Args[2:])
	} else if len(os.Args) == 5 && os.Args[1] == "call" {
		call(os.Args[2], os.Args[3], os.Args[4])
	} else {
		fail("usage", errors.New("grpc_probe pod|call …"))
	}
}
