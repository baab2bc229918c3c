// Package picture has what the clients share: a picture as the model takes it, and its answer.
package picture

import (
	"fmt"
	"image"
	_ "image/png"
	"os"
)

// Read gives the pixels of a picture: height x width x RGB, 0 to 255, row by row.
func Read(file string) (pixels []float32, height, width int, err error) {
	opened, err := os.Open(file)
	if err != nil {
		return nil, 0, 0, err
	}
	defer opened.Close()
	decoded, _, err := image.Decode(opened)
	if err != nil {
		return nil, 0, 0, err
	}
	bounds := decoded.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			r, g, b, _ := decoded.At(x, y).RGBA()
			pixels = append(pixels, float32(r>>8), float32(g>>8), float32(b>>8))
		}
	}
	return pixels, bounds.Dy(), bounds.Dx(), nil
}

// Say prints the class with the highest probability.
func Say(probabilities []float32) {
	best := 0
	for at, probability := range probabilities {
		if probability > probabilities[best] {
			best = at
		}
	}
	fmt.Printf("predicted class= %d with confidence level of %.2f\n", best, probabilities[best])
}
