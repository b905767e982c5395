package hyperclip.core.wire;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonEncodingTest {

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16BE", "UTF-16LE", "UTF-16", "UTF-32BE", "UTF-32LE"})
    void onlyUtf8IsRead(String encoding) {
        ByteBuffer json = ByteBuffer.wrap("{\"say\":\"ping\",\"number\":1}".getBytes(Charset.forName(encoding)));

        assertThatThrownBy(() -> JsonObject.read(json, 7)).isInstanceOf(ProtocolException.class);
    }

    /// Found by interleavings: what begins like UTF-32 and is not made Jackson throw something else.
    @Test
    void garbageIsMalformed() {
        byte[] garbage = {0, 0, 0, '{', (byte) 0xf1, (byte) 0xee, (byte) 0xa9, (byte) 0x8d};

        assertThatThrownBy(() -> JsonObject.read(ByteBuffer.wrap(garbage), 7)).isInstanceOf(ProtocolException.class);
    }
}
