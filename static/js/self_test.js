/* Looks whether this device has a camera and a microphone, when the person asks. Nothing is recorded or sent;
   without this file the person ticks the boxes themselves. */
(() => {
  "use strict";

  const offer = document.querySelector("[data-self-test]");
  const answer = document.querySelector("[data-self-test-answer]");
  if (!offer || !navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) return;
  offer.hidden = false;

  const found = async (wanted) => {
    try {
      const stream = await navigator.mediaDevices.getUserMedia(wanted);
      stream.getTracks().forEach((track) => track.stop());
      return true;
    } catch {
      return false;
    }
  };

  offer.querySelector("button").addEventListener("click", async () => {
    answer.textContent = "Vérification en cours. Votre navigateur peut vous demander une autorisation.";
    const camera = await found({ video: true });
    const microphone = await found({ audio: true });
    document.getElementById("id_camera").checked = camera;
    document.getElementById("id_microphone").checked = microphone;
    document.getElementById("id_seen").value = camera && microphone ? "oui" : "";
    if (camera && microphone) answer.textContent = "Caméra et micro trouvés. Rien n’a été enregistré.";
    else if (camera) answer.textContent = "Caméra trouvée. Aucun micro n’a été trouvé, ou il n’est pas autorisé.";
    else if (microphone) answer.textContent = "Micro trouvé. Aucune caméra n’a été trouvée, ou elle n’est pas autorisée.";
    else answer.textContent = "Ni caméra ni micro trouvés. Autorisez-les dans votre navigateur, ou cochez ce que vous avez.";
  });
})();
