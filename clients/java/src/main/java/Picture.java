import java.io.File;
import java.io.IOException;
import java.util.List;
import javax.imageio.ImageIO;

/** What the clients share: a picture as the model takes it, and its answer. */
record Picture(float[][][] pixels) {
  /** Pixels: height x width x RGB, 0 to 255. */
  static Picture read(String file) throws IOException {
    var image = ImageIO.read(new File(file));
    var pixels = new float[image.getHeight()][image.getWidth()][];
    for (int y = 0; y < pixels.length; y++) {
      for (int x = 0; x < pixels[y].length; x++) {
        int rgb = image.getRGB(x, y);
        pixels[y][x] = new float[] {rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255};
      }
    }
    return new Picture(pixels);
  }

  /** Prints the class with the highest probability. */
  static void say(List<Float> probabilities) {
    int best = 0;
    for (int at = 1; at < probabilities.size(); at++) {
      best = probabilities.get(at) > probabilities.get(best) ? at : best;
    }
    System.out.printf(
        java.util.Locale.ROOT,
        "predicted class= %d with confidence level of %.2f%n",
        best,
        probabilities.get(best));
  }
}
