package linked

import (
	"context"
	"errors"
	"fmt"

	"recado/internal/channel"
	"recado/internal/message"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"
)

var _ channel.Downloader = (*session)(nil)

// Download implements channel.Downloader.
func (s *session) Download(ctx context.Context, m message.Media) ([]byte, error) {
	file, err := downloadable(m.Ref)
	if err != nil {
		return nil, err
	}
	client, _ := s.current()
	data, err := client.Download(ctx, file)
	if err != nil {
		return nil, fmt.Errorf("download media: %w", err)
	}
	return data, nil
}

var errMediaRef = errors.New("not a file reference of this channel")

// downloadable decodes the Ref that mediaContent encoded.
func downloadable(ref []byte) (whatsmeow.DownloadableMessage, error) {
	var m waE2E.Message
	if err := proto.Unmarshal(ref, &m); err != nil {
		return nil, fmt.Errorf("%w: %w", errMediaRef, err)
	}
	switch {
	case m.ImageMessage != nil:
		return m.ImageMessage, nil
	case m.VideoMessage != nil:
		return m.VideoMessage, nil
	case m.AudioMessage != nil:
		return m.AudioMessage, nil
	case m.DocumentMessage != nil:
		return m.DocumentMessage, nil
	case m.StickerMessage != nil:
		return m.StickerMessage, nil
	}
	return nil, errMediaRef
}
