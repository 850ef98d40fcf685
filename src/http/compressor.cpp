#include "http/compressor.h"

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>

namespace headgate::http {
namespace {

constexpr int kGzipWindow = 15;      // log2 of bytes
constexpr int kLeastGzipWindow = 9;  // zlib has a fault with 8
constexpr int kGzipFormat = 16;      // zlib's way to ask for RFC 1952
constexpr int kGzipMemory = 8;
constexpr int kBrotliWindow = 17;
constexpr int kLeastBrotliWindow = 10;
constexpr int kZstdWindow = 17;
constexpr int kLeastZstdWindow = 10;
constexpr int kZstdTable = 15;  // log2 of the entries of each of its tables

// The smallest window that holds the whole body.
int window_for(std::uint64_t length, int least, int most) {
  if (length == 0) return most;
  int window = least;
  while (window < most && (std::uint64_t{1} << window) < length) ++window;
  return window;
}

class Gzip final : public Compressor {
 public:
  ~Gzip() override {
    if (ready_) deflateEnd(&stream_);
  }
  bool begin(int level, std::uint64_t length) {
    const int window = window_for(length, kLeastGzipWindow, kGzipWindow);
    const int memory = std::max(1, kGzipMemory - (kGzipWindow - window));
    ready_ =
        deflateInit2(&stream_, level, Z_DEFLATED, window + kGzipFormat, memory, Z_DEFAULT_STRATEGY) == Z_OK;
    return ready_;
  }
  Step run(std::string_view input, bool last, char* out, std::size_t room) override {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
    stream_.avail_in = static_cast<uInt>(input.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out);
    stream_.avail_out = static_cast<uInt>(room);
    const int result = deflate(&stream_, last ? Z_FINISH : Z_SYNC_FLUSH);
    Step step;
    step.taken = input.size() - stream_.avail_in;
    step.made = room - stream_.avail_out;
    // Z_BUF_ERROR: there was nothing left to do.
    step.failed = result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR;
    step.done = last ? result == Z_STREAM_END : stream_.avail_in == 0 && stream_.avail_out != 0;
    return step;
  }

 private:
  z_stream stream_{};
  bool ready_ = false;
};

class Brotli final : public Compressor {
 public:
  Brotli() : state_(BrotliEncoderCreateInstance(nullptr, nullptr, nullptr)) {}
  ~Brotli() override {
    if (state_ != nullptr) BrotliEncoderDestroyInstance(state_);
  }
  bool begin(int level, std::uint64_t length) {
    return state_ != nullptr &&
           BrotliEncoderSetParameter(state_, BROTLI_PARAM_QUALITY, static_cast<std::uint32_t>(level)) != 0 &&
           BrotliEncoderSetParameter(
               state_, BROTLI_PARAM_LGWIN,
               static_cast<std::uint32_t>(window_for(length, kLeastBrotliWindow, kBrotliWindow))) != 0;
  }
  Step run(std::string_view input, bool last, char* out, std::size_t room) override {
    const auto* next_in = reinterpret_cast<const std::uint8_t*>(input.data());
    std::size_t left = input.size();
    auto* next_out = reinterpret_cast<std::uint8_t*>(out);
    std::size_t space = room;
    Step step;
    step.failed = BrotliEncoderCompressStream(state_, last ? BROTLI_OPERATION_FINISH : BROTLI_OPERATION_FLUSH,
                                              &left, &next_in, &space, &next_out, nullptr) == 0;
    step.taken = input.size() - left;
    step.made = room - space;
    step.done = left == 0 && BrotliEncoderHasMoreOutput(state_) == 0 &&
                (!last || BrotliEncoderIsFinished(state_) != 0);
    return step;
  }

 private:
  BrotliEncoderState* state_;
};

class Zstd final : public Compressor {
 public:
  Zstd() : context_(ZSTD_createCCtx()) {}
  ~Zstd() override { ZSTD_freeCCtx(context_); }
  bool begin(int level, std::uint64_t length) {
    if (context_ == nullptr) return false;
    const int window = window_for(length, kLeastZstdWindow, kZstdWindow);
    return ZSTD_isError(ZSTD_CCtx_setParameter(context_, ZSTD_c_compressionLevel, level)) == 0 &&
           ZSTD_isError(ZSTD_CCtx_setParameter(context_, ZSTD_c_windowLog, window)) == 0 &&
           ZSTD_isError(ZSTD_CCtx_setParameter(context_, ZSTD_c_hashLog, kZstdTable)) == 0 &&
           ZSTD_isError(ZSTD_CCtx_setParameter(context_, ZSTD_c_chainLog, kZstdTable)) == 0;
  }
  Step run(std::string_view input, bool last, char* out, std::size_t room) override {
    ZSTD_inBuffer in{input.data(), input.size(), 0};
    ZSTD_outBuffer made{out, room, 0};
    const std::size_t left = ZSTD_compressStream2(context_, &made, &in, last ? ZSTD_e_end : ZSTD_e_flush);
    Step step;
    step.failed = ZSTD_isError(left) != 0;
    step.taken = in.pos;
    step.made = made.pos;
    step.done = left == 0 && in.pos == in.size;
    return step;
  }

 private:
  ZSTD_CCtx* context_;
};

template <typename Codec>
std::unique_ptr<Compressor> made(int level, std::uint64_t length) {
  auto codec = std::make_unique<Codec>();
  if (!codec->begin(level, length)) return nullptr;
  return codec;
}

}  // namespace

std::string_view to_string(ContentCoding coding) {
  switch (coding) {
    case ContentCoding::identity:
      return "identity";
    case ContentCoding::gzip:
      return "gzip";
    case ContentCoding::brotli:
      return "br";
    case ContentCoding::zstd:
      return "zstd";
  }
  return "?";
}

std::unique_ptr<Compressor> Compressor::make(ContentCoding coding, int level, std::uint64_t length) {
  switch (coding) {
    case ContentCoding::identity:
      break;
    case ContentCoding::gzip:
      return made<Gzip>(level, length);
    case ContentCoding::brotli:
      return made<Brotli>(level, length);
    case ContentCoding::zstd:
      return made<Zstd>(level, length);
  }
  return nullptr;
}

}  // namespace headgate::http
